/** How an operation comes to a worker: attempts are offered, taken, and kept by a lease. */
import { attemptNumber, withHolder, withNextAttempt } from './attempt.ts';
import type { Effect, Sending } from './effect.ts';
import type { EventHeader, EventType } from './event.ts';
import { isOfAttempt } from './fence.ts';
import {
  dispatchOf,
  type Handover,
  inPhase,
  type LiveOperation,
  type OperationFacts,
  type RunningOperation,
} from './operation.ts';

const UNWATCHED: Handover = { kind: 'UNWATCHED' };

/** The operation with a next attempt, and the signal that hands it over. */
export function offerNextAttempt(
  facts: OperationFacts,
  now: number,
): { readonly next: RunningOperation; readonly effects: Effect[] } {
  // Whatever was published before the first attempt belongs to it.
  const isFirst = facts.attempts.length === 0 && facts.resumption.kind === 'START';
  const attempts = withNextAttempt(facts.attempts, isFirst ? 0 : now);
  const dispatch = dispatchOf(facts);
  const handover: Handover = dispatch
    ? { kind: 'OFFERED', sends: 1, resendTime: now + dispatch.startTimeoutMs }
    : UNWATCHED;
  const next = inPhase({ ...facts, attempts }, { state: 'RUNNING', handover });
  return { next, effects: [signalOf(next, { attempt: attemptNumber(attempts), send: 1 })] };
}

/** The signal that hands the current attempt over, by what made it. */
export function signalOf({ resumption }: OperationFacts, sending: Sending): Effect {
  switch (resumption.kind) {
    case 'START':
      return { kind: 'signalStart', ...sending };
    case 'WAIT':
      return { kind: 'signalResume', waitId: resumption.waitId, ...sending };
    case 'CATCH':
      return { kind: 'signalCatch', ...sending };
  }
}

/**
 * The operation with its attempt taken by the event's worker, or with its lease renewed. A lease lasts from the publish
 * time of the event, and is never shortened.
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

/** Whether a worker ever took the operation: before that, nothing was done that could be undone. */
export function wasTaken(operation: LiveOperation): boolean {
  const number = attemptNumber(operation.attempts);
  const offered = operation.state === 'RUNNING' && operation.handover.kind === 'OFFERED';
  return number > 1 || (number === 1 && !offered);
}
