/**
 * Handover of an operation to a worker: the orchestrator offers an attempt, a worker takes it and keeps it by renewing the
 * lease.
 */
import { attemptNumber, withHolder, withNextAttempt } from './attempt.ts';
import type { Effect } from './effect.ts';
import type { EventHeader, EventType } from './event.ts';
import { isOfAttempt } from './fence.ts';
import { type Handover, inPhase, type LiveOperation, type RunningOperation, UNWATCHED } from './operation.ts';
import { dispatchOf, type OperationFacts } from './operation-facts.ts';

/** Makes the next attempt of the operation, and the signal that hands it over. */
export function offerNextAttempt(
  facts: OperationFacts,
  now: number,
): { readonly next: RunningOperation; readonly effects: Effect[] } {
  // Everything published before the first attempt belongs to the first attempt.
  const isFirst = facts.attempts.length === 0 && facts.resumption.kind === 'START';
  const attempts = withNextAttempt(facts.attempts, isFirst ? 0 : now);
  const dispatch = dispatchOf(facts);
  const handover: Handover = dispatch
    ? { kind: 'OFFERED', sends: 1, resendTime: now + dispatch.startTimeoutMs }
    : UNWATCHED;
  const next = inPhase({ ...facts, attempts }, { state: 'RUNNING', handover });
  return { next, effects: [signalOf(next, attemptNumber(attempts), 1)] };
}

/**
 * Makes the attempt that follows a failed, lost or released one. If a wait made that one, the `resumeMethod` of the wait is called
 * again too. Only the wait knows whether it has one: without it, the effect does nothing.
 */
export function offerAgain(
  facts: OperationFacts,
  now: number,
): { readonly next: RunningOperation; readonly effects: readonly Effect[] } {
  const { next, effects } = offerNextAttempt(facts, now);
  const { resumption } = facts;
  if (resumption.kind !== 'WAIT') return { next, effects };
  const { waitId } = resumption;
  const call: Effect = { kind: 'callResumeMethod', waitId, attempt: attemptNumber(next.attempts) };
  return { next, effects: [...effects, call] };
}

/** The signal that hands the current attempt over: START, RESUME or the last resort, by what made the attempt. */
export function signalOf({ resumption }: OperationFacts, attempt: number, send: number): Effect {
  switch (resumption.kind) {
    case 'START':
      return { kind: 'signalStart', attempt, send };
    case 'WAIT':
      return { kind: 'signalResume', waitId: resumption.waitId, attempt, send };
    case 'CATCH':
      return { kind: 'signalCatch', attempt, send };
  }
}

/**
 * Makes the event's worker the holder of the attempt, or renews its lease. A lease counts from the publish time of the event
 * and is never shortened.
 */
export function take<O extends LiveOperation>(operation: O, event: EventHeader & { type: EventType }): O {
  if (!isOfAttempt(event) || operation.state !== 'RUNNING') return operation;
  const attempts = withHolder(operation.attempts, event.worker);
  const dispatch = dispatchOf(operation);
  const { handover } = operation;
  if (!dispatch || handover.kind === 'UNWATCHED' || handover.kind === 'BACKOFF') {
    return attempts === operation.attempts ? operation : { ...operation, attempts };
  }
  const expireTime = event.publishTime + dispatch.leaseMs;
  const held = handover.kind === 'LEASED' ? handover.leaseExpireTime : 0;
  if (handover.kind === 'LEASED' && held >= expireTime && attempts === operation.attempts) return operation;
  return {
    ...operation,
    attempts,
    handover: { kind: 'LEASED', leaseExpireTime: Math.max(held, expireTime) },
  };
}

/** Whether a worker has ever taken the operation. Until then there is no work to undo. */
export function wasTaken(operation: LiveOperation): boolean {
  const number = attemptNumber(operation.attempts);
  const offered = operation.state === 'RUNNING' && operation.handover.kind === 'OFFERED';
  return number > 1 || (number === 1 && !offered);
}
