/** When the orchestrator has to look at an operation again, whatever comes or does not come. */
import { dispatchOf, isActive, type Operation } from './operation.ts';

/**
 * The next moment at which something of the operation is due, in milliseconds since the epoch; undefined where nothing is.
 *
 * Invariant: all that is open is in here, so that nothing waits for an event that may never come: a lease, a backoff, a
 * signal that no worker takes, a wait, a deadline, a request to stop, a last resort.
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

/** What bounds the whole operation, the earliest first. The last resort is bounded by its own timeout only. */
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
