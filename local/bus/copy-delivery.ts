import type { BusMessage } from './message.ts';
import type { Subscription } from './subscription.ts';
import type { Work } from './work.ts';

/** A message that is being added to a subscription. */
export interface Copy {
  readonly subscription: Subscription;
  readonly message: BusMessage;
}

/** Copies that become durable together. */
interface Unsettled {
  readonly copies: Copy[];
  readonly settled: Promise<void>;
}

/**
 * Adds published messages to their subscriptions, and delivers them: to subscribers ahead of the disk at once, to all others once the
 * messages are durable. Messages that cannot be stored are withdrawn.
 */
export class CopyDelivery {
  readonly #work: Work;
  /** By the promise that resolves once they are durable. One transaction publishes many messages, which are settled together. */
  readonly #unsettled = new Map<Promise<void>, Unsettled>();

  constructor(work: Work) {
    this.#work = work;
  }

  /** Resolves once the copies are durable. Rejects with the error of `stored`. */
  deliver(copies: readonly Copy[], stored: Promise<void>): Promise<void> {
    return this.#join(copies, stored).settled;
  }

  /** Like `deliver`, and returns at once. */
  deliverAhead(copies: readonly Copy[], stored: Promise<void>): void {
    this.#join(copies, stored);
  }

  #join(copies: readonly Copy[], stored: Promise<void>): Unsettled {
    add(copies);
    const known = this.#unsettled.get(stored);
    if (known) {
      for (const copy of copies) known.copies.push(copy);
      return known;
    }
    const all = [...copies];
    const settled = this.#settle(stored, all);
    // If copies ahead of the disk are lost, the whole transaction is rolled back, and the end of the lead reports that.
    settled.catch(() => {});
    const begun: Unsettled = { copies: all, settled };
    this.#unsettled.set(stored, begun);
    return begun;
  }

  /** Delivers the copies once they are durable, or withdraws them. */
  async #settle(stored: Promise<void>, copies: readonly Copy[]): Promise<void> {
    this.#work.begin();
    try {
      await stored;
      // All of them: a subscription may have subscribers of both kinds, and may have stopped being ahead of the disk.
      const subscriptions = new Set<Subscription>();
      for (const { subscription } of copies) subscriptions.add(subscription);
      for (const subscription of subscriptions) subscription.pump();
    } catch (error) {
      for (const { subscription, message } of copies) subscription.withdraw(message);
      throw error;
    } finally {
      this.#unsettled.delete(stored);
      this.#work.end();
    }
  }
}

function add(copies: readonly Copy[]): void {
  for (const { subscription, message } of copies) subscription.add(message);
  for (const { subscription } of copies) if (subscription.isAhead) subscription.pump();
}
