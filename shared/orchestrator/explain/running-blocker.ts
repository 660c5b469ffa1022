/** Finds what blocks a RUNNING operation: its worker, a signal that no worker has taken, or the pause before a retry. */

import { attemptNumber } from '../../lifecycle/attempt.ts';
import { boundOf } from '../../lifecycle/due.ts';
import type { RunningOperation } from '../../lifecycle/operation.ts';
import { dispatchOf } from '../../lifecycle/operation-facts.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { AttemptError } from '../ports/history-entry.ts';
import type { AwaitedThing, Blocker, Wakes } from './explanation.ts';

type Found = Pick<Blocker, 'waitsFor' | 'since' | 'wakes'>;

export async function runningBlocker(
  orchestrator: Orchestrator,
  operation: RunningOperation,
): Promise<Found> {
  const { waitsFor, since, wakes } = blockerOf(operation, orchestrator.now());
  const undelivered =
    waitsFor.kind === 'SIGNAL' ? await undeliveredSignal(orchestrator, operation) : undefined;
  if (waitsFor.kind === 'SIGNAL' && undelivered) {
    const { attempts, due } = undelivered;
    return {
      waitsFor: { ...waitsFor, failedDeliveries: attempts },
      since,
      wakes: { by: 'sweep', time: due },
    };
  }
  const awaited: AwaitedThing =
    waitsFor.kind === 'BACKOFF' ? { ...waitsFor, error: await lastError(orchestrator, operation) } : waitsFor;
  const bound = boundOf(operation);
  const isEarlier = bound && (wakes.time === undefined || bound.time < wakes.time);
  return { waitsFor: awaited, since, wakes: isEarlier ? { by: 'deadline', time: bound.time } : wakes };
}

function blockerOf(operation: RunningOperation, now: number): Found {
  const { handover, resumption, attempts, createTime, updateTime, tries, lastResort } = operation;
  const cancelTime = lastResort || operation.cancelRequest !== 'REQUESTED' ? undefined : operation.cancelTime;
  // A RESUME that ends a wait brings the request to the worker. Until one takes it, the request is not answered.
  const untaken = lastResort || operation.cancelRequest === 'NONE' ? undefined : operation.cancelTime;
  const attempt = attemptNumber(attempts);
  const { worker, startTime = 0 } = attempts.at(-1) ?? {};
  const attemptSince = startTime === 0 ? createTime : startTime;
  const dispatch = dispatchOf(operation);
  switch (handover.kind) {
    case 'UNWATCHED':
      return {
        waitsFor: { kind: 'WORKER', attempt, worker, lastResort: lastResort?.cause, cancelTime },
        since: attemptSince,
        wakes: { by: 'event' },
      };
    case 'OFFERED': {
      const { sends, resendTime } = handover;
      const signal = resumption.kind === 'START' ? 'START' : 'RESUME';
      const method = operation.creation?.value.method || undefined;
      const resumePoint = operation.resumePoint?.value || undefined;
      return {
        waitsFor: { kind: 'SIGNAL', signal, method, resumePoint, attempt, sends, cancelTime: untaken },
        since: attemptSince,
        wakes: { by: 'sweep', time: resendTime },
      };
    }
    case 'LEASED': {
      const { leaseExpireTime } = handover;
      const wakes: Wakes = { by: 'lease', time: leaseExpireTime };
      if (leaseExpireTime > now) {
        const waitsFor = {
          kind: 'WORKER',
          attempt,
          worker,
          lastResort: lastResort?.cause,
          cancelTime,
        } as const;
        return { waitsFor, since: attemptSince, wakes };
      }
      return {
        waitsFor: { kind: 'LOST_LEASE', attempt, worker, cancelTime: untaken },
        since: leaseExpireTime,
        wakes: { by: 'sweep', time: leaseExpireTime },
      };
    }
    case 'BACKOFF':
      return {
        waitsFor: { kind: 'BACKOFF', attempt, tries, maxTries: dispatch?.maxTries ?? tries },
        since: updateTime,
        wakes: { by: 'retry', time: handover.retryTime },
      };
  }
}

/** The history lines in which the end of the last attempt is looked for. */
const RECENT_LINES = 50;

/** The error of the last attempt, or undefined if its worker reported none. */
async function lastError(
  { store, policy: { redaction } }: Orchestrator,
  { name, attempts, creation }: RunningOperation,
): Promise<AttemptError | undefined> {
  const lines = await store.history(name, RECENT_LINES);
  const { error } = lines.find(({ attempt, error }) => error && attempt === attemptNumber(attempts)) ?? {};
  return error && redaction.error(error, creation?.value.method);
}

/** The outbox entry of a signal to the worker whose publish has failed, or undefined if there is none. */
async function undeliveredSignal({ store }: Orchestrator, { name }: RunningOperation) {
  const entries = await store.outbox(name);
  return entries.find(
    ({ effect, attempts }) =>
      attempts > 0 &&
      (effect.kind === 'signalStart' || effect.kind === 'signalResume' || effect.kind === 'signalCatch'),
  );
}
