import type { Savepoint } from '../lifecycle/savepoint.ts';
import type { PayloadRules } from './payload.ts';
import { requirePlainText } from './text.ts';

export const MAX_RESUME_POINT_LENGTH = 256;

/**
 * Reads the checkpoint and resume point of an event. `path` names the field that holds them.
 *
 * @throws InvalidInput
 */
export function savepointOf(
  { checkpoint, resumePoint }: { readonly checkpoint?: Uint8Array; readonly resumePoint?: string },
  path: string,
  payloads: PayloadRules,
): Savepoint {
  requirePlainText(`${path}.resumePoint`, resumePoint ?? '', MAX_RESUME_POINT_LENGTH);
  return {
    checkpoint: checkpoint && payloads.bytes(`${path}.checkpoint`, checkpoint),
    resumePoint,
  };
}
