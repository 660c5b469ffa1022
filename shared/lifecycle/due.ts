/** Computes when `sweep` has to look at an operation again. */
import { dispatchOf, isActive, type Operation } from './operation.ts';

/**
 * The earliest time at which something of the operation is due, in milliseconds since the epoch, or undefined if nothing is.
 *
 * Invariant: every open timer is included, so that no operation depends on an event that may never come: lease, backoff, signal
 * without a worker, wait, deadline, cancel request, last resort.
 */
export function dueTime(operation: Operation): number | undefined {
  if (!isActive(operation)) return undefined;
  const times = [boundOf(operation)?.time];
  if (operation.state === 'WAITING') times.push(operation.lookTime);
  else {
    const { handover } = operation;
    if (handover.kind === 'OFFERED') times.push(handover.resendTime);
    if (handover.kind === 'LEASED') times.push(handover.leaseExpireTime);
    if (handover.kind === 'BACKOFF') times.push(handover.retryTime);
  }
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
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
