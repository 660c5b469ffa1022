import type { EventOf, EventType } from './event.ts';
import { verdictOf } from './fence.ts';
import { finish } from './finish.ts';
import { isTerminal, type LiveOperation } from './operation.ts';
import { applied, type Circumstances, type Transition } from './outcome.ts';
import { CODE, status } from './result.ts';

const ENDS_AN_ATTEMPT: ReadonlySet<EventType | 'unknown'> = new Set([
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
  'attemptFailed',
]);

/**
 * A worker's event broke a rule. It changes nothing, with one exception: an event that would have ended the current attempt
 * fails the operation. Its worker believes that it is done, so no other event would end the operation.
 */
export function reject(
  operation: LiveOperation,
  event: EventOf<'rejected'>,
  circumstances: Circumstances,
): Transition {
  const { rejected, of: attempt, field, reason } = event;
  const ends = attempt !== undefined && rejected !== 'unknown' && ENDS_AN_ATTEMPT.has(rejected);
  if (isTerminal(operation) || !ends) return applied(operation);
  if (verdictOf(operation, { attempt, worker: event.worker, type: rejected }) !== 'COUNTS') {
    return applied(operation);
  }
  const error = status(CODE.INVALID_ARGUMENT, `The event ${rejected} was rejected: ${field}: ${reason}`);
  return finish(operation, event, circumstances, { state: 'FAILED', error });
}
