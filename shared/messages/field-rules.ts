import type { google } from '../../proto/generated/messages.js';
import type { AnyValue } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { fromProtoAny } from './operation.ts';

/** Refuses text that is too long, or that would break out of an attribute, a header or a log line. */
export function requirePlainText(field: string, text: string, maxLength: number): void {
  requireAtMost(field, text.length, maxLength, 'characters');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to refuse
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new InvalidInput(field, 'must have no control characters');
}

export function requireAtMost(field: string, size: number, limit: number, unit: string): void {
  if (size > limit) throw new InvalidInput(field, `must be at most ${limit} ${unit}, and is ${size}`);
}

/** Far below what one Spanner row and one Pub/Sub message hold (10 MB each), so that both always fit. */
const MAX_ANY_BYTES = 4 * 1024 * 1024;

export function boundedAny(field: string, any: google.protobuf.IAny): AnyValue {
  const value = fromProtoAny(any);
  if (!value.typeUrl) throw new InvalidInput(`${field}.type_url`, 'is required');
  requireAtMost(field, value.value.length, MAX_ANY_BYTES, 'bytes');
  return value;
}
