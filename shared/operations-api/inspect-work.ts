/** The work of an operation in `:inspect`: its attempt, try and lease, and when the orchestrator looks at it next. */
import { attemptNumber } from '../lifecycle/attempt.ts';
import { boundOf, dueTime } from '../lifecycle/due.ts';
import { dispatchOf, isActive, type Operation } from '../lifecycle/operation.ts';
import type { JsonObject } from '../messages/json-value.ts';
import { toRfc3339 } from '../messages/timestamp.ts';

export function inspectWork(operation: Operation, now: number): JsonObject {
  const { attempts, tries, lastResort, keptNotifications } = operation;
  const worker = attempts.at(-1)?.worker;
  const next = dueTime(operation);
  const bound = boundOf(operation);
  return {
    attempt: attemptNumber(attempts),
    ...(dispatchOf(operation) && { try: tries, dispatched: true }),
    ...(worker !== undefined && { worker }),
    ...handoverOf(operation),
    ...(isActive(operation) && bound && { bound: { what: bound.what, time: toRfc3339(bound.time) } }),
    ...(lastResort && { lastResort: { cause: lastResort.cause, deadline: toRfc3339(lastResort.deadline) } }),
    ...(keptNotifications > 0 && { keptNotifications }),
    ...(next !== undefined && { nextLookTime: toRfc3339(next), ...(next <= now && { overdue: true }) }),
  };
}

function handoverOf(operation: Operation): JsonObject {
  if (operation.state !== 'RUNNING') return {};
  const { handover } = operation;
  switch (handover.kind) {
    case 'UNWATCHED':
      return {};
    case 'OFFERED':
      return { offered: { sends: handover.sends, resendTime: toRfc3339(handover.resendTime) } };
    case 'LEASED':
      return { leaseExpireTime: toRfc3339(handover.leaseExpireTime) };
    case 'BACKOFF':
      return { retryTime: toRfc3339(handover.retryTime) };
  }
}
