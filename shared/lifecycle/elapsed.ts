/** An `elapsed` event: something of the operation is due. Each event handles one thing, the most final one first. */
import { attemptNumber } from './attempt.ts';
import { endAttempt, tryAgain } from './attempt-end.ts';
import { cancelSignal } from './cancel.ts';
import { type Bound, boundOf } from './due.ts';
import type { Effect } from './effect.ts';
import { cascadedCancelId, dedupeKey, type EventOf } from './event.ts';
import { finish } from './finish.ts';
import { signalOf } from './handover.ts';
import { endOrCatch, resultOf } from './last-resort.ts';
import { isTerminal, type LiveOperation } from './operation.ts';
import { dispatchOf } from './operation-facts.ts';
import { type Applied, applied, type Circumstances, type Transition, UNCHANGED } from './outcome.ts';
import { CANCELLED, CODE, status } from './result.ts';

type Elapsed = EventOf<'elapsed'>;

export function elapse(operation: LiveOperation, event: Elapsed, circumstances: Circumstances): Transition {
  if (isTerminal(operation)) return UNCHANGED;
  const bound = boundOf(operation);
  if (bound && bound.time <= circumstances.now) return reachBound(operation, bound, event, circumstances);
  if (operation.state !== 'RUNNING') return UNCHANGED;
  const { handover } = operation;
  const dispatch = dispatchOf(operation);
  if (!dispatch) return UNCHANGED;
  const { now } = circumstances;
  switch (handover.kind) {
    case 'UNWATCHED':
      return UNCHANGED;
    case 'BACKOFF':
      return handover.retryTime <= now ? tryAgain(operation, circumstances) : UNCHANGED;
    case 'OFFERED': {
      if (handover.resendTime > now) return UNCHANGED;
      const sends = handover.sends + 1;
      const signal = signalOf(operation, attemptNumber(operation.attempts), sends);
      const resendTime = now + dispatch.startTimeoutMs;
      const next: LiveOperation = {
        ...operation,
        handover: { kind: 'OFFERED', sends, resendTime },
        updateTime: now,
      };
      return applied(next, { effects: [signal], what: 'SIGNAL_RESENT' });
    }
    case 'LEASED': {
      const isSwept = now - event.sweptSince >= dispatch.leaseMs;
      if (handover.leaseExpireTime > now || !isSwept) return UNCHANGED;
      return labelled(
        endAttempt(operation, dispatch, event, circumstances, { end: 'LOST', error: leaseLost(operation) }),
        'LEASE_LOST',
      );
    }
  }
}

function leaseLost({ attempts }: LiveOperation) {
  const { number = 0, worker } = attempts.at(-1) ?? {};
  const by = worker === undefined ? '' : ` of ${worker}`;
  return status(
    CODE.UNAVAILABLE,
    `The lease of attempt ${number}${by} ran out without a sign of its worker.`,
  );
}

function reachBound(
  operation: LiveOperation,
  { what }: Bound,
  event: Elapsed,
  circumstances: Circumstances,
): Transition {
  switch (what) {
    case 'CATCH_TIMEOUT': {
      const error = operation.lastResort?.error ?? CANCELLED;
      return labelled(
        finish(operation, event, circumstances, resultOf(error), stopEffects(operation, event).effects),
        what,
      );
    }
    case 'CANCEL_TIMEOUT':
      return labelled(
        endOrCatch(
          operation,
          event,
          circumstances,
          'CANCEL',
          CANCELLED,
          stopEffects(operation, event).worker,
        ),
        what,
      );
    case 'DEADLINE': {
      const { effects, childrenStop } = stopEffects(operation, event);
      const seconds = (operation.creation?.value.timeoutMs ?? 0) / 1000;
      const error = status(
        CODE.DEADLINE_EXCEEDED,
        `The operation was not done within its timeout of ${seconds} s.`,
      );
      const stopping = { ...operation, childrenStop, updateTime: circumstances.now };
      return labelled(endOrCatch(stopping, event, circumstances, 'DEADLINE', error, effects), what);
    }
  }
}

/** Asks the worker and the children to stop. */
function stopEffects(operation: LiveOperation, event: Elapsed) {
  const cause = dedupeKey(event);
  const waitId = operation.state === 'WAITING' ? operation.wait.waitId : undefined;
  const held = operation.state === 'RUNNING' && operation.handover.kind !== 'BACKOFF';
  const worker: Effect[] = held ? [cancelSignal(operation, cause)] : [];
  return {
    worker,
    effects: [...worker, { kind: 'cancelChildren', cause, waitId }] satisfies Effect[],
    childrenStop: { eventId: cascadedCancelId(operation.name, cause) },
  };
}

function labelled(transition: Transition, what: NonNullable<Applied['what']>): Transition {
  return transition.outcome === 'applied' ? { ...transition, what } : transition;
}
