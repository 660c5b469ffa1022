import type { AttemptFailed } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import type { EventOf } from '../lifecycle/event.ts';
import type { Status } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { DAY_MS, type DurationRange, durationMs } from './duration.ts';
import type { PayloadRules } from './payload.ts';
import { messageFromBinary, messageType, typeNameOfUrl } from './registry.ts';
import type { SecondsAndNanos } from './time.ts';

const RETRY_DELAY: DurationRange = { minMs: 0, maxMs: DAY_MS };
const RETRY_INFO = 'google.rpc.RetryInfo';

type AttemptFailedEvent = Pick<EventOf<'attemptFailed'>, 'type' | 'error' | 'retryDelayMs' | 'released'>;

/**
 * Reads how an attempt failed. An attempt that the worker releases needs no error.
 *
 * @throws InvalidInput
 */
export function attemptFailedOf(
  { error, retryDelay, released }: AttemptFailed,
  payloads: PayloadRules,
): AttemptFailedEvent {
  if (!error && !released) throw new InvalidInput('attemptFailed.error', 'is required');
  if (retryDelay && released) {
    throw new InvalidInput(
      'attemptFailed.retryDelay',
      'must not be given together with released, because a released attempt is offered again at once',
    );
  }
  const status = error && failureOf(error, 'attemptFailed.error', payloads);
  const retryDelayMs = retryDelay
    ? durationMs('attemptFailed.retryDelay', retryDelay, RETRY_DELAY)
    : retryInfoMs(status);
  return {
    type: 'attemptFailed',
    released,
    error: status,
    retryDelayMs: released ? undefined : retryDelayMs,
  };
}

/** The error of an event. Its code must not be 0. */
export function failureOf(error: Status, field: string, payloads: PayloadRules): Status {
  if (error.code === 0)
    throw new InvalidInput(`${field}.code`, 'must be a google.rpc.Code that is not 0 (OK)');
  return payloads.status(field, error);
}

/**
 * The delay of the first google.rpc.RetryInfo of the details: how services ask for a pause before a retry (AIP-193).
 */
function retryInfoMs(error: Status | undefined): number | undefined {
  const index = error?.details.findIndex(({ typeUrl }) => typeNameOfUrl(typeUrl) === RETRY_INFO) ?? -1;
  const detail = error?.details[index];
  if (!detail) return undefined;
  const { retryDelay } = messageFromBinary(messageType(RETRY_INFO), detail.value) as {
    retryDelay?: SecondsAndNanos;
  };
  return (
    retryDelay && durationMs(`attemptFailed.error.details[${index}].retryDelay`, retryDelay, RETRY_DELAY)
  );
}
