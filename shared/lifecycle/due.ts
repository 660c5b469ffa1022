/** Computes when `sweep` has to look at an operation again. */
import { type ActiveOperation, isActive, type Operation } from './operation.ts';
import { dispatchOf } from './operation-facts.ts';

/**
 * The earliest time at which something of the operation is due, in milliseconds since the epoch, or undefined if nothing is.
 *
 * Invariant: every open timer is included, so that no operation depends on an event that may never come: lease, backoff, signal
 * without a worker, wait, deadline, cancel request, last resort.
 */
export function dueTime(operation: Operation): number | undefined {
  if (!isActive(operation)) return undefined;
  const bound = boundOf(operation)?.time;
  const next = timeOfPhase(operation);
  if (bound === undefined || next === undefined) return bound ?? next;
  return Math.min(bound, next);
}

/** When something is due because of the operation's wait or handover. */
function timeOfPhase(operation: ActiveOperation): number | undefined {
  if (operation.state === 'WAITING') return operation.lookTime;
  const { handover } = operation;
  switch (handover.kind) {
    case 'UNWATCHED':
      return undefined;
    case 'OFFERED':
      return handover.resendTime;
    case 'LEASED':
      return handover.leaseExpireTime;
    case 'BACKOFF':
      return handover.retryTime;
  }
}

export interface Bound {
  readonly what: 'CATCH_TIMEOUT' | 'DEADLINE' | 'CANCEL_TIMEOUT';
  readonly time: number;
}

/** The times that bound the whole operation, the earliest first. Only its own timeout bounds the last resort. */
export function boundOf(operation: Operation): Bound | undefined {
  if (operation.state === 'DELETED') return undefined;
  const { lastResort, creation, cancelTime } = operation;
  if (lastResort) return { what: 'CATCH_TIMEOUT', time: lastResort.deadline };
  const deadline = creation?.value.deadline;
  const dispatch = dispatchOf(operation);
  const cancel = dispatch && cancelTime !== undefined ? cancelTime + dispatch.cancelTimeoutMs : undefined;
  if (cancel !== undefined && (deadline === undefined || cancel < deadline)) {
    return { what: 'CANCEL_TIMEOUT', time: cancel };
  }
  return deadline === undefined ? undefined : { what: 'DEADLINE', time: deadline };
}
