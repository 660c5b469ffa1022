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
  readonly stored: Promise<void>;
  readonly copies: Copy[];
}

/**
 * Adds published messages to their subscriptions, and delivers them: to subscribers ahead of the disk at once, to all others once the
 * messages are durable. Messages that cannot be stored are withdrawn.
 */
export class CopyDelivery {
  readonly #work: Work;
  /** The newest copies that were published ahead of the disk. */
  #ahead: Unsettled | undefined;

  constructor(work: Work) {
    this.#work = work;
  }

  /** Resolves once the copies are durable. Rejects with the error of `stored`. */
  deliver(copies: readonly Copy[], stored: Promise<void>): Promise<void> {
    add(copies);
    return this.#settle({ stored, copies: [...copies] });
  }

  /**
   * Like `deliver`, and returns at once. Copies with the same `stored` are settled together, because one transaction publishes many
   * messages.
   */
  deliverAhead(copies: readonly Copy[], stored: Promise<void>): void {
    add(copies);
    if (this.#ahead?.stored === stored) {
      this.#ahead.copies.push(...copies);
      return;
    }
    this.#ahead = { stored, copies: [...copies] };
    // If the commit fails, the whole transaction is rolled back, and the end of the lead reports that.
    this.#settle(this.#ahead).catch(() => {});
  }

  /** Delivers the copies once they are durable, or withdraws them. */
  async #settle(unsettled: Unsettled): Promise<void> {
    const { copies, stored } = unsettled;
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
      if (this.#ahead === unsettled) this.#ahead = undefined;
      this.#work.end();
    }
  }
}

function add(copies: readonly Copy[]): void {
  for (const { subscription, message } of copies) subscription.add(message);
  for (const { subscription } of copies) if (subscription.isAhead) subscription.pump();
}
