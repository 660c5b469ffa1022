import type { Notified } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import type { AnyValue } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { NOTIFICATION_LIMIT } from './limits.ts';
import type { PayloadRules } from './payload.ts';
import { requirePlainText } from './text.ts';

const MAX_NAME_LENGTH = 256;

export function requireNotificationName(field: string, name: string): void {
  if (!name) throw new InvalidInput(field, 'is required');
  requirePlainText(field, name, MAX_NAME_LENGTH);
}

/**
 * Reads a notification from an event or from a call of the Operations API. `path` names the field that holds it.
 *
 * @throws InvalidInput
 */
export function notificationOf(
  { name, payload }: Pick<Notified, 'name' | 'payload'>,
  payloads: PayloadRules,
  path = 'notified.',
): { readonly name: string; readonly payload?: AnyValue } {
  requireNotificationName(`${path}name`, name);
  return { name, payload: payload && payloads.any(`${path}payload`, payload, NOTIFICATION_LIMIT) };
}
