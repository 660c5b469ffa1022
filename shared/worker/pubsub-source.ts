/** Pulls signals with Google's client library. This file imports only its types: see pubsub-connection.ts. */
import type { Message, PubSub, Subscription } from '@google-cloud/pubsub';
import type { Log } from './op.ts';
import type { ConnectLimits, SignalMessage, SignalReceiver, SignalSource } from './signal-source.ts';
import { requireVisible } from './subscription-filter.ts';

/** Without a retry policy Pub/Sub redelivers a nacked message at once, so the source holds it for a while first. */
const LONGEST_HOLD_MS = 10_000;
const GIVE_BACK_INTERVAL_MS = 1_000;

export interface PubSubSourceOptions {
  readonly pubsub: PubSub;
  readonly subscription: string;
  /** The largest number of messages that the library holds. */
  readonly maxMessages: number;
  readonly log: Log;
}

export class PubSubSource implements SignalSource {
  readonly #subscription: Subscription;
  readonly #log: Log;
  /** Messages that no receiver has taken yet. The library extends their deadlines and counts them as held. */
  #waiting: { readonly message: Message; readonly sinceMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #hasRetryPolicy = false;

  constructor({ pubsub, subscription, maxMessages, log }: PubSubSourceOptions) {
    this.#log = log;
    this.#subscription = pubsub.subscription(subscription, {
      flowControl: { maxMessages, allowExcessMessages: false },
    });
  }

  async start(receiver: SignalReceiver, methods: readonly string[], limits: ConnectLimits): Promise<void> {
    const { filter, retryPolicy } = await this.#metadata(limits.timeoutMs);
    limits.signal.throwIfAborted();
    requireVisible(filter ?? undefined, methods, this.#subscription.name);
    this.#hasRetryPolicy = retryPolicy != null;
    receiver.onCapacity(() => this.#handOver(receiver));
    this.#subscription.on('error', (error) => this.#log.error('signals could not be pulled', { err: error }));
    this.#subscription.on('message', (message: Message) => {
      this.#waiting.push({ message, sinceMs: performance.now() });
      this.#handOver(receiver);
    });
    this.#timer = setInterval(() => this.#giveBackOld(), GIVE_BACK_INTERVAL_MS).unref();
  }

  async stop(): Promise<void> {
    this.#subscription.removeAllListeners('message');
    clearInterval(this.#timer);
    for (const { message } of this.#waiting.splice(0)) message.nack();
  }

  close(): Promise<void> {
    return this.#subscription.close();
  }

  #handOver(receiver: SignalReceiver): void {
    while (this.#waiting.length > 0 && receiver.capacity > 0) {
      receiver.receive(this.#message((this.#waiting.shift() as { message: Message }).message));
    }
  }

  /** Nacks the messages that have waited too long, because another process may have capacity for them. */
  #giveBackOld(): void {
    const oldest = performance.now() - LONGEST_HOLD_MS;
    const old = this.#waiting.findIndex(({ sinceMs }) => sinceMs > oldest);
    for (const { message } of this.#waiting.splice(0, old < 0 ? this.#waiting.length : old)) message.nack();
  }

  #message(message: Message): SignalMessage {
    return {
      data: message.data,
      attributes: message.attributes,
      ack: () => message.ack(),
      putOff: (delayMs) => {
        if (this.#hasRetryPolicy || delayMs === 0) return message.nack();
        setTimeout(() => message.nack(), Math.min(delayMs, LONGEST_HOLD_MS)).unref();
      },
    };
  }

  /** A worker that may pull need not have the right to read the subscription. */
  async #metadata(timeout: number): Promise<{ filter?: string | null; retryPolicy?: object | null }> {
    try {
      const [metadata] = await this.#subscription.getMetadata({ timeout, retry: null });
      return metadata;
    } catch (error) {
      const PERMISSION_DENIED = 7;
      if ((error as { code?: number }).code !== PERMISSION_DENIED) throw error;
      this.#log.warn(
        'the filter of the subscription was not checked: pubsub.subscriptions.get is missing',
        {},
      );
      return {};
    }
  }
}
