import type { Savepoint } from '../lifecycle/event.ts';
import type { PayloadRules } from './payload.ts';
import { requirePlainText } from './text.ts';

export const MAX_RESUME_POINT_LENGTH = 256;

/**
 * What an event saves for its worker to go on; `path` is the field that holds it.
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
    ...(checkpoint && { checkpoint: payloads.bytes(`${path}.checkpoint`, checkpoint) }),
    ...(resumePoint !== undefined && { resumePoint }),
  };
}
