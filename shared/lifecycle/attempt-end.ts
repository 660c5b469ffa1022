/**
 * Decides what follows when the current attempt fails, is released, or is lost: another try, the last resort, or the end of the
 * operation.
 */
import { type AttemptEnd, withAttemptEnd } from './attempt.ts';
import { backoffMs, type DispatchTerms } from './dispatch.ts';
import type { EventHeader, EventOf } from './event.ts';
import { finish } from './finish.ts';
import { offerAgain } from './handover.ts';
import { endOrCatch } from './last-resort.ts';
import { inPhase, isTerminal, type LiveOperation } from './operation.ts';
import { dispatchOf, type OperationFacts } from './operation-facts.ts';
import { type Applied, applied, type Circumstances, type Ignored, type Transition } from './outcome.ts';
import { CANCELLED, CODE, type Status, status } from './result.ts';

export interface AttemptFailure {
  readonly end: Extract<AttemptEnd, 'FAILED' | 'RELEASED' | 'LOST'>;
  readonly error: Status;
  readonly retryDelayMs?: number;
}

/** The codes for which another try cannot help. */
const FINAL: ReadonlySet<number> = new Set([
  CODE.INVALID_ARGUMENT,
  CODE.NOT_FOUND,
  CODE.ALREADY_EXISTS,
  CODE.PERMISSION_DENIED,
  CODE.UNAUTHENTICATED,
  CODE.FAILED_PRECONDITION,
  CODE.OUT_OF_RANGE,
  CODE.UNIMPLEMENTED,
]);

const GIVEN_BACK = status(CODE.UNAVAILABLE, 'The worker gave the attempt back.');

export function failAttempt(
  operation: LiveOperation,
  event: EventOf<'attemptFailed'>,
  circumstances: Circumstances,
): Transition {
  if (isTerminal(operation)) return { outcome: 'ignored', reason: 'TERMINAL' };
  const error = event.error ?? GIVEN_BACK;
  const dispatch = dispatchOf(operation);
  if (!dispatch) return finish(operation, event, circumstances, { state: 'FAILED', error });
  const end = event.released ? 'RELEASED' : 'FAILED';
  return endAttempt(operation, dispatch, event, circumstances, {
    end,
    error,
    retryDelayMs: event.retryDelayMs,
  });
}

/** Ends the current attempt of a running operation, and starts the backoff before the next try if one is left. */
export function endAttempt(
  operation: LiveOperation,
  dispatch: DispatchTerms,
  event: EventHeader,
  circumstances: Circumstances,
  failure: AttemptFailure,
): Applied | Ignored {
  const { end, error, retryDelayMs } = failure;
  const { now, random } = circumstances;
  const attempts = withAttemptEnd(operation.attempts, end);
  const facts = { ...operation, attempts, updateTime: now };
  const isFinal = end === 'FAILED' && retryDelayMs === undefined && FINAL.has(error.code);
  if (operation.lastResort) {
    if (isFinal) return finish(facts, event, circumstances, { state: 'FAILED', error });
  } else {
    if (stopsOnCancel(operation)) return endOrCatch(facts, event, circumstances, 'CANCEL', CANCELLED);
    const noTryLeft = end !== 'RELEASED' && operation.tries >= dispatch.maxTries;
    if (isFinal || noTryLeft) return endOrCatch(facts, event, circumstances, 'TRIES', error);
  }
  if (end === 'RELEASED') {
    const { next, effects } = offerAgain(facts, now);
    return applied(next, { effects });
  }
  const retryTime =
    retryDelayMs === undefined
      ? now + backoffMs(dispatch, operation.tries, random)
      : Math.max(now, event.publishTime + retryDelayMs);
  return applied(inPhase(facts, { state: 'RUNNING', handover: { kind: 'BACKOFF', retryTime } }));
}

/** After a cancel request, only the RESUME that reports the cancel is tried again. */
function stopsOnCancel({ cancelRequest, resumption }: OperationFacts): boolean {
  if (cancelRequest === 'NONE') return false;
  return cancelRequest === 'REQUESTED' || resumption.kind !== 'WAIT' || resumption.cause !== 'CANCEL';
}

/** Starts the next try of an operation whose backoff is over. */
export function tryAgain(operation: LiveOperation, circumstances: Circumstances): Applied {
  const facts = { ...operation, tries: operation.tries + 1, updateTime: circumstances.now };
  const { next, effects } = offerAgain(facts, circumstances.now);
  return applied(next, { effects, what: 'ATTEMPT_BEGUN' });
}
