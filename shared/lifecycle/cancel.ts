/**
 * A cancel request (AIP-151): best effort for an operation without dispatch, and bounded in time for an operation with dispatch.
 */

import { attemptNumber } from './attempt.ts';
import type { Effect } from './effect.ts';
import { cascadedCancelId, dedupeKey, type EventOf } from './event.ts';
import { endOrCatch, lastResortOf } from './last-resort.ts';
import { type ActiveOperation, isTerminal, type LiveOperation, type RunningOperation } from './operation.ts';
import { dispatchOf } from './operation-facts.ts';
import { applied, type Circumstances, type Transition } from './outcome.ts';
import { CANCELLED } from './result.ts';
import { resumeFromWait } from './wait-end.ts';

export function requestCancel(
  operation: LiveOperation,
  event: EventOf<'cancelRequested'>,
  circumstances: Circumstances,
): Transition {
  if (isTerminal(operation)) return { outcome: 'ignored', reason: 'TERMINAL' };
  const cause = dedupeKey(event);
  const requested: ActiveOperation = {
    ...operation,
    cancelRequest: 'REQUESTED',
    cancelTime: operation.cancelTime ?? event.publishTime,
    updateTime: circumstances.now,
  };
  // The last resort is itself the answer to a cancel request, so it is not asked to stop.
  if (operation.lastResort) return applied(requested);
  const stopping: ActiveOperation = event.cascade
    ? { ...requested, childrenStop: { eventId: cascadedCancelId(operation.name, cause) } }
    : requested;
  const waitId = stopping.state === 'WAITING' ? stopping.wait.waitId : undefined;
  const cascade: Effect[] = event.cascade ? [{ kind: 'cancelChildren', cause, waitId }] : [];
  if (stopping.state === 'RUNNING' && endsAtOnce(stopping)) {
    return endOrCatch(stopping, event, circumstances, 'CANCEL', CANCELLED, cascade);
  }
  const effects = [cancelSignal(stopping, cause), ...cascade];
  if (stopping.state === 'RUNNING') return applied(stopping, { effects });
  const resumed = resumeFromWait(
    {
      ...stopping,
      cancelRequest: 'ENDED_A_WAIT',
      lastResort: lastResortOf(stopping, 'CANCEL', CANCELLED, circumstances.now),
    },
    { cause: 'CANCEL', by: 'cancel' },
    circumstances,
  );
  return { ...resumed, effects: [...effects, ...resumed.effects] };
}

/** Whether no worker has the operation: no worker has taken START yet, or the operation is between two attempts. */
export function endsAtOnce(operation: RunningOperation): boolean {
  const { handover, resumption } = operation;
  if (!dispatchOf(operation)) return false;
  return handover.kind === 'BACKOFF' || (handover.kind === 'OFFERED' && resumption.kind === 'START');
}

export function cancelSignal({ attempts }: LiveOperation, cause: string): Effect {
  return { kind: 'signalCancel', cause, attempt: attemptNumber(attempts) };
}
