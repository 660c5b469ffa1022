/** Finds what blocks a RUNNING operation: its worker, a signal that no worker has taken, or the pause before a retry. */

import { attemptNumber } from '../../lifecycle/attempt.ts';
import { boundOf } from '../../lifecycle/due.ts';
import { dispatchOf, type RunningOperation } from '../../lifecycle/operation.ts';
import { NO_REDACTION } from '../../messages/redaction.ts';
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
  if (undelivered) {
    const { attempts, due } = undelivered;
    return {
      waitsFor: { ...waitsFor, failedDeliveries: attempts } as AwaitedThing,
      since,
      wakes: { by: 'sweep', time: due },
    };
  }
  const awaited =
    waitsFor.kind === 'BACKOFF' ? { ...waitsFor, ...(await lastError(orchestrator, operation)) } : waitsFor;
  const bound = boundOf(operation);
  const isEarlier = bound && (wakes.time === undefined || bound.time < wakes.time);
  return { waitsFor: awaited, since, wakes: isEarlier ? { by: 'deadline', time: bound.time } : wakes };
}

function blockerOf(operation: RunningOperation, now: number): Found {
  const { handover, resumption, attempts, createTime, updateTime, tries, lastResort } = operation;
  const attempt = attemptNumber(attempts);
  const { worker, startTime = 0 } = attempts.at(-1) ?? {};
  const attemptSince = startTime === 0 ? createTime : startTime;
  const held = { attempt, ...(worker !== undefined && { worker }) };
  const dispatch = dispatchOf(operation);
  switch (handover.kind) {
    case 'UNWATCHED': {
      const last = lastResort && { lastResort: lastResort.cause };
      return { waitsFor: { kind: 'WORKER', ...held, ...last }, since: attemptSince, wakes: { by: 'event' } };
    }
    case 'OFFERED': {
      const { sends, resendTime } = handover;
      const signal = resumption.kind === 'START' ? 'START' : 'RESUME';
      const method = operation.creation?.value.method;
      const resumePoint = operation.resumePoint?.value;
      const needs = { ...(method && { method }), ...(resumePoint && { resumePoint }) };
      return {
        waitsFor: { kind: 'SIGNAL', signal, ...needs, attempt, sends },
        since: attemptSince,
        wakes: { by: 'sweep', time: resendTime },
      };
    }
    case 'LEASED': {
      const { leaseExpireTime } = handover;
      const wakes: Wakes = { by: 'lease', time: leaseExpireTime };
      if (leaseExpireTime > now) {
        const last = lastResort && { lastResort: lastResort.cause };
        return { waitsFor: { kind: 'WORKER', ...held, ...last }, since: attemptSince, wakes };
      }
      return {
        waitsFor: { kind: 'LOST_LEASE', ...held },
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

/** The error of the last attempt, or nothing if its worker reported none. */
async function lastError(
  { store, policy: { redaction = NO_REDACTION } }: Orchestrator,
  { name, attempts, creation }: RunningOperation,
): Promise<{ readonly error?: AttemptError }> {
  const lines = await store.history(name, RECENT_LINES);
  const { error } = lines.find(({ attempt, error }) => error && attempt === attemptNumber(attempts)) ?? {};
  return error ? { error: redaction.error(error, creation?.value.method) } : {};
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
