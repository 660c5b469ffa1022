import type { Backlog } from './backlog.ts';
import { retryDelay } from './backoff.ts';
import type { Pending } from './pending.ts';
import type { SubscriptionConfig } from './subscription-config.ts';
import type { SubscriptionSurroundings } from './subscription-surroundings.ts';

/** The subscription whose messages fail. */
export interface FailingSubscription {
  readonly config: SubscriptionConfig;
  /** Replaced by another one when the subscription reads it from the storage again. */
  readonly backlog: Backlog;
  /** Removes a message from the storage. */
  remove(id: number): void;
  pump(): void;
}

/** What becomes of a message whose delivery has failed: it waits for its retry, or goes to the dead-letter topic after its last one. */
export class FailedMessages {
  readonly #subscription: FailingSubscription;
  readonly #surroundings: SubscriptionSurroundings;
  #resting = 0;

  constructor(subscription: FailingSubscription, surroundings: SubscriptionSurroundings) {
    this.#subscription = subscription;
    this.#surroundings = surroundings;
  }

  /** The number of failed messages whose next delivery is not due. */
  get resting(): number {
    return this.#resting;
  }

  add(pending: Pending): void {
    const { deadLetterPolicy } = this.#subscription.config;
    if (deadLetterPolicy && pending.attempts >= deadLetterPolicy.maxDeliveryAttempts)
      void this.#giveUp(pending);
    else this.#retry(pending);
  }

  #retry(pending: Pending): void {
    const { schedule, storage } = this.#surroundings;
    const { backlog, config } = this.#subscription;
    if (config.deadLetterPolicy) storage.noteAttempts(config.name, pending.message.id, pending.attempts);
    const delay = retryDelay(config.retryPolicy, pending.attempts);
    if (delay === 0) {
      backlog.putBack(pending);
      this.#subscription.pump();
      return;
    }
    const wake = backlog.rest(pending);
    this.#resting++;
    schedule.after(delay, () => {
      this.#resting--;
      wake();
      this.#subscription.pump();
    });
  }

  async #giveUp(pending: Pending): Promise<void> {
    const { forward, report } = this.#surroundings;
    const { backlog, config } = this.#subscription;
    try {
      await forward(config, pending.message, pending.attempts);
    } catch (error) {
      report({
        event: 'forwardFailed',
        subscription: config.name,
        messageId: String(pending.message.id),
        error,
      });
      if (backlog === this.#subscription.backlog) this.#retry(pending);
      return;
    }
    // The subscription has read the message again meanwhile: it is delivered and forwarded once more.
    if (backlog !== this.#subscription.backlog) return;
    backlog.giveUp(pending);
    this.#subscription.remove(pending.message.id);
    this.#subscription.pump();
  }
}
