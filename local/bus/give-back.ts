import type { Delivery } from './pending.ts';
import type { Subscription } from './subscription.ts';

/**
 * Gives back the messages of a pull when its caller leaves before it has the answer. Such a caller cannot do that itself, so
 * the messages would rest until their ack deadline.
 */
export function giveBackOnceGone(
  subscription: Subscription,
  deliveries: readonly Delivery[],
  gone: AbortSignal,
): void {
  const giveBack = () => {
    for (const delivery of deliveries) subscription.fail(delivery);
    subscription.pump();
  };
  if (gone.aborted) giveBack();
  else gone.addEventListener('abort', giveBack, { once: true });
}
