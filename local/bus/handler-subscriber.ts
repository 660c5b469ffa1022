import { pushDelay, retryDelay } from './backoff.ts';
import { type DeliveredMessage, deliveredMessage } from './delivered-message.ts';
import type { Delivery } from './pending.ts';
import type { BusReport } from './report.ts';
import type { Schedule } from './schedule.ts';
import type { Subscriber } from './subscriber.ts';
import type { Subscription } from './subscription.ts';
import type { Turn } from './turn.ts';
import type { Work } from './work.ts';

/** What a handler can do with a message that it was given. */
export interface Lease {
  /**
   * Calls the listener when the outcome of the call has no effect any more: the ack deadline has passed, or the bus has an
   * outcome already.
   */
  onEnd(listener: () => void): void;
  /** Sets the ack deadline to `seconds` from now. */
  extend(seconds: number): void;
}

/** Handles a message. If it resolves, the message is acknowledged. If it rejects, the message is delivered again. */
export type MessageHandler = (message: DeliveredMessage, lease: Lease) => Promise<void>;

export interface HandlerSurroundings {
  readonly schedule: Schedule;
  readonly work: Work;
  readonly report: BusReport;
  readonly turn: Turn;
}

export interface HandlerSettings {
  /** The number of messages that the handler has at the same time. */
  readonly maxOutstanding: number;
  /** Whether the handler takes messages before they are durable. Its results then must not leave the process before. */
  readonly isAhead: () => boolean;
}

/** The number of messages that a handler ahead of the disk gets between two checks of the time limit of the turn. */
const MESSAGES_AT_ONCE = 16;

/** Calls a handler with each message, up to the limit of outstanding messages. */
export class HandlerSubscriber implements Subscriber {
  /** Push delivers one message of an ordering key at a time. https://cloud.google.com/pubsub/docs/ordering#push */
  readonly countOfKey = 1;
  readonly byteCapacity = Number.POSITIVE_INFINITY;
  readonly #subscription: Subscription;
  readonly #handler: MessageHandler;
  readonly #settings: HandlerSettings;
  readonly #surroundings: HandlerSurroundings;
  #outstanding = 0;
  #failures = 0;
  #resting = false;

  constructor(
    subscription: Subscription,
    handler: MessageHandler,
    settings: HandlerSettings,
    surroundings: HandlerSurroundings,
  ) {
    this.#subscription = subscription;
    this.#handler = handler;
    this.#settings = settings;
    this.#surroundings = surroundings;
  }

  get isAhead(): boolean {
    return this.#settings.isAhead();
  }

  get capacity(): number {
    if (this.#resting) return 0;
    const capacity = this.#settings.maxOutstanding - this.#outstanding;
    if (!this.isAhead) return capacity;
    const { turn } = this.#surroundings;
    if (!turn.isOver) return Math.min(capacity, MESSAGES_AT_ONCE);
    // Another subscriber may have used up the turn, so this one has to be called in the next turn.
    turn.enter(this.#pump);
    return 0;
  }

  accept(deliveries: readonly Delivery[]): void {
    if (this.isAhead) this.#surroundings.turn.enter(this.#pump);
    for (const delivery of deliveries) void this.#handle(delivery);
  }

  close(): void {
    this.#resting = true;
  }

  readonly #pump = () => this.#subscription.pump();

  async #handle(delivery: Delivery): Promise<void> {
    const { work } = this.#surroundings;
    const { config } = this.#subscription;
    this.#outstanding++;
    work.begin();
    try {
      const message = deliveredMessage(delivery, config.name, config.deadLetterPolicy !== undefined);
      await this.#handler(message, new DeliveryLease(this.#subscription, delivery));
      this.#failures = 0;
      this.#subscription.acknowledge(delivery);
    } catch (error) {
      this.#failed(delivery, error);
    }
    this.#outstanding--;
    work.end();
    this.#subscription.pump();
  }

  #failed(delivery: Delivery, error: unknown): void {
    const { schedule, report } = this.#surroundings;
    const { config } = this.#subscription;
    const { message, attempts } = delivery.pending;
    report({
      event: 'handlerFailed',
      subscription: config.name,
      messageId: String(message.id),
      attempt: attempts,
      error,
    });
    // A retry policy delays each message. Without one, the calls of the handler are delayed.
    if (retryDelay(config.retryPolicy, attempts) === 0 && !this.#resting) {
      this.#resting = true;
      schedule.after(pushDelay(++this.#failures), () => {
        this.#resting = false;
        this.#subscription.pump();
      });
    }
    this.#subscription.fail(delivery);
  }
}

class DeliveryLease implements Lease {
  readonly #subscription: Subscription;
  readonly #delivery: Delivery;

  constructor(subscription: Subscription, delivery: Delivery) {
    this.#subscription = subscription;
    this.#delivery = delivery;
  }

  onEnd(listener: () => void): void {
    this.#delivery.onEnd = listener;
  }

  extend(seconds: number): void {
    this.#subscription.extend(this.#delivery, seconds);
  }
}
