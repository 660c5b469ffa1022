import { messageSize } from '../../shared/pubsub/message-limits.ts';
import type { Delivery } from './pending.ts';
import { type PulledMessage, pulledMessage } from './pulled-message.ts';
import type { Subscriber } from './subscriber.ts';
import type { Subscription } from './subscription.ts';

export interface StreamSettings {
  /** The largest number of messages that may be outstanding on the stream. */
  readonly maxMessages: number;
  /** The largest number of bytes that may be outstanding. The message that reaches it is still delivered. */
  readonly maxBytes: number;
  /** The ack deadline of messages that the stream delivers, in seconds. */
  readonly ackDeadline: number;
  readonly deliver: (messages: readonly PulledMessage[]) => void;
  /** The subscription was deleted. */
  readonly closed: () => void;
}

/** The largest batch: subscribers take turns, and clients limit the size of one response. */
const MAX_MESSAGES = 1_000;
const MAX_BYTES = 1_000_000;

/**
 * A subscriber that receives messages as they come, within its flow control. A message is outstanding from its delivery
 * until its acknowledgement, its refusal or its deadline, over whichever interface that arrives.
 * https://cloud.google.com/pubsub/docs/pull#streamingpull_api
 */
export class MessageStream implements Subscriber {
  readonly countOfKey = Number.POSITIVE_INFINITY;
  readonly #subscription: Subscription;
  readonly #settings: StreamSettings;
  #ackDeadline: number;
  #messages = 0;
  #bytes = 0;
  #paused = false;
  #pumping = false;

  constructor(subscription: Subscription, settings: StreamSettings) {
    this.#subscription = subscription;
    this.#settings = settings;
    this.#ackDeadline = settings.ackDeadline;
    subscription.attach(this);
  }

  get capacity(): number {
    return this.#paused ? 0 : Math.min(MAX_MESSAGES, this.#settings.maxMessages - this.#messages);
  }

  get byteCapacity(): number {
    return Math.min(MAX_BYTES, this.#settings.maxBytes - this.#bytes);
  }

  get ackDeadline(): number {
    return this.#ackDeadline;
  }

  /** Sets the ack deadline of later messages, in seconds. */
  set ackDeadline(seconds: number) {
    this.#ackDeadline = seconds;
  }

  accept(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      const size = messageSize(delivery.pending.message);
      this.#messages++;
      this.#bytes += size;
      delivery.onEnd = () => this.#ended(size);
    }
    this.#settings.deliver(deliveries.map((delivery) => pulledMessage(this.#subscription, delivery)));
  }

  /** Delivers nothing until `resume` is called, because the connection accepts no more. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#subscription.pump();
  }

  /** Ends the stream. Outstanding messages can be acknowledged over any other interface until their deadline. */
  stop(): void {
    this.#paused = true;
    this.#subscription.detach(this);
  }

  close(): void {
    this.stop();
    this.#settings.closed();
  }

  #ended(size: number): void {
    this.#messages--;
    this.#bytes -= size;
    if (this.#pumping) return;
    this.#pumping = true;
    // Runs after the code that ended the delivery has put the message into its place.
    queueMicrotask(() => {
      this.#pumping = false;
      this.#subscription.pump();
    });
  }
}
