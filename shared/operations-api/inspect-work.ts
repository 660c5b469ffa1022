/** The work of an operation in `:inspect`: its attempt, try and lease, and when the orchestrator looks at it next. */
import { attemptNumber } from '../lifecycle/attempt.ts';
import { boundOf, dueTime } from '../lifecycle/due.ts';
import { isActive, type Operation } from '../lifecycle/operation.ts';
import { dispatchOf } from '../lifecycle/operation-facts.ts';
import type { JsonObject } from '../messages/json-value.ts';
import { toRfc3339 } from '../messages/timestamp.ts';

export function inspectWork(operation: Operation, now: number): JsonObject {
  const { attempts, tries, lastResort, keptNotifications } = operation;
  const isDispatched = dispatchOf(operation) !== undefined;
  const worker = attempts.at(-1)?.worker;
  const next = dueTime(operation);
  const bound = boundOf(operation);
  return {
    attempt: attemptNumber(attempts),
    try: isDispatched ? tries : undefined,
    dispatched: isDispatched || undefined,
    worker,
    ...handoverOf(operation),
    bound: isActive(operation) && bound ? { what: bound.what, time: toRfc3339(bound.time) } : undefined,
    lastResort: lastResort && { cause: lastResort.cause, deadline: toRfc3339(lastResort.deadline) },
    keptNotifications: keptNotifications > 0 ? keptNotifications : undefined,
    nextLookTime: next === undefined ? undefined : toRfc3339(next),
    overdue: (next !== undefined && next <= now) || undefined,
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
