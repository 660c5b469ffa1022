import type { Created } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import type { Creation } from '../lifecycle/operation.ts';
import { isOperationName, OPERATION_NAME_RULE, type OperationName } from '../lifecycle/operation-name.ts';
import type { AnyValue } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { requireAtMost } from './limits.ts';
import type { PayloadRules } from './payload.ts';
import { requirePlainText } from './text.ts';
import { toMillis } from './time.ts';

/** Attribute values of Pub/Sub hold 1,024 bytes; the method is one. */
const MAX_METHOD_LENGTH = 512;
const MAX_LABELS = 64;
const LABEL_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const MAX_LABEL_LENGTH = 256;
const MAX_TTL_DAYS = 3650;
const DAY = 86_400_000;

/** The fields that `created` and the request to create an operation share. */
export type CreationFields = Pick<Created, 'method' | 'parent' | 'labels' | 'ttl' | 'metadata'>;

/** The fields of `created`, from an event or from a call of the Operations API; `path` is where they stand. */
export function creationOf(
  created: CreationFields,
  operation: OperationName,
  payloads: PayloadRules,
  path = 'created.',
): { creation: Creation; metadata?: AnyValue } {
  const { method, parent, labels, ttl, metadata } = created;
  requirePlainText(`${path}method`, method, MAX_METHOD_LENGTH);
  checkLabels(labels, `${path}labels`);
  const ttlMillis = ttl ? toMillis(ttl) : undefined;
  if (ttlMillis !== undefined && (ttlMillis < 0 || ttlMillis > MAX_TTL_DAYS * DAY)) {
    throw new InvalidInput(`${path}ttl`, `must be from 0s to ${MAX_TTL_DAYS * 86_400}s`);
  }
  return {
    creation: {
      method,
      ...(parent && { parent: parentOf(parent, operation, `${path}parent`) }),
      labels,
      ...(ttlMillis !== undefined && { ttl: ttlMillis }),
    },
    ...(metadata && { metadata: payloads.any(`${path}metadata`, metadata) }),
  };
}

function parentOf(parent: string, operation: OperationName, field: string): OperationName {
  if (!isOperationName(parent)) throw new InvalidInput(field, OPERATION_NAME_RULE);
  if (parent === operation) throw new InvalidInput(field, 'must not be the operation itself');
  return parent;
}

function checkLabels(labels: Record<string, string>, field: string): void {
  requireAtMost(field, Object.keys(labels).length, MAX_LABELS, 'labels');
  for (const [key, value] of Object.entries(labels)) {
    if (!LABEL_KEY.test(key)) {
      throw new InvalidInput(field, 'must have keys of 1 to 63 of A-Z a-z 0-9 _ - starting with a letter');
    }
    requirePlainText(`${field}.${key}`, value, MAX_LABEL_LENGTH);
  }
}
