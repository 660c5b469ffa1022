import type { Effect } from './effect.ts';
import type { EventOf } from './event.ts';
import { isTerminal, type LiveOperation } from './operation.ts';
import { applied, type Circumstances, type Transition } from './outcome.ts';
import { CODE } from './result.ts';

/** The largest number of notifications kept for one operation until waits take them. */
export const MAX_KEPT_NOTIFICATIONS = 1_000;

/** A notification is kept until a wait takes it, whether the notification or the wait comes first. */
export function notify(
  operation: LiveOperation,
  event: EventOf<'notified'>,
  circumstances: Circumstances,
): Transition {
  if (isTerminal(operation)) return { outcome: 'ignored', reason: 'TERMINAL' };
  if (operation.keptNotifications >= MAX_KEPT_NOTIFICATIONS) {
    return {
      outcome: 'rejected',
      field: 'notified',
      reason: `exceeds the limit of ${MAX_KEPT_NOTIFICATIONS} notifications that no wait has taken`,
      code: CODE.RESOURCE_EXHAUSTED,
    };
  }
  const next = {
    ...operation,
    keptNotifications: operation.keptNotifications + 1,
    updateTime: circumstances.now,
  };
  const settle: Effect[] =
    next.state === 'WAITING' && next.wait.notifications?.includes(event.name)
      ? [{ kind: 'settleWait', parent: { operation: next.name, waitId: next.wait.waitId } }]
      : [];
  return applied(next, { notified: { name: event.name, payload: event.payload }, effects: settle });
}
