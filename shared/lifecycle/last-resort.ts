/** The end of an operation that cannot go on: it takes its last resort first if it has one. */
import { attemptNumber, withAttemptEnd } from './attempt.ts';
import type { Effect } from './effect.ts';
import type { EventHeader } from './event.ts';
import { type EventOrder, type EventPosition, eventOrder } from './event-order.ts';
import { finish } from './finish.ts';
import { offerNextAttempt, wasTaken } from './handover.ts';
import type { LiveOperation } from './operation.ts';
import { type CatchCause, dispatchOf, type LastResort, type OperationFacts } from './operation-facts.ts';
import { type Applied, applied, type Circumstances, type Ignored } from './outcome.ts';
import { CODE, type Status } from './result.ts';
import { resumeFromWait } from './wait-end.ts';

/**
 * Ends the operation with `error`, or resumes it once more at its `catchPoint` so that the worker can undo or report. An
 * operation that no worker has ever taken has nothing to undo, and ends at once.
 */
export function endOrCatch(
  operation: LiveOperation,
  event: EventHeader,
  circumstances: Circumstances,
  cause: CatchCause,
  error: Status,
  effects: readonly Effect[] = [],
): Applied | Ignored {
  const catchPoint = dispatchOf(operation)?.catchPoint;
  if (catchPoint === undefined || operation.lastResort || !wasTaken(operation)) {
    return finish(operation, event, circumstances, resultOf(error), effects);
  }
  const { now } = circumstances;
  const facts: LiveOperation = {
    ...operation,
    attempts: withAttemptEnd(operation.attempts, 'SUPERSEDED'),
    lastResort: lastResortOf(operation, cause, error, now),
    resumePoint: { value: catchPoint, order: firstOrder(attemptNumber(operation.attempts) + 1) },
    tries: 1,
    updateTime: now,
  };
  if (facts.state === 'WAITING' && cause !== 'TRIES') {
    const resumed = resumeFromWait(
      facts,
      { cause, by: cause === 'CANCEL' ? 'cancel' : 'sweep' },
      circumstances,
    );
    return { ...resumed, effects: [...effects, ...resumed.effects] };
  }
  const offered = offerNextAttempt({ ...facts, resumption: { kind: 'CATCH' } }, now);
  return applied(offered.next, { effects: [...effects, ...offered.effects] });
}

export function lastResortOf(
  operation: OperationFacts,
  cause: CatchCause,
  error: Status,
  now: number,
): LastResort | undefined {
  const dispatch = dispatchOf(operation);
  if (operation.lastResort || dispatch?.catchPoint === undefined) return operation.lastResort;
  return { cause, error, deadline: now + dispatch.catchTimeoutMs };
}

/** The state is CANCELLED and not FAILED after a cancel request, whether the worker or the clock ends the operation. */
export function resultOf(error: Status): { state: 'FAILED' | 'CANCELLED'; error: Status } {
  return { state: error.code === CODE.CANCELLED ? 'CANCELLED' : 'FAILED', error };
}

/** The earliest time that google.protobuf.Timestamp can hold. */
const FIRST_POSITION: EventPosition = { seconds: -62_135_596_800, nanos: 0 };

/** An order position before all events of an attempt and after all events of the earlier attempts. */
function firstOrder(attempt: number): EventOrder {
  return eventOrder(attempt, FIRST_POSITION, '');
}
