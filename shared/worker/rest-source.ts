/** Pulls signals over Pub/Sub's REST interface, as the local system serves it, without a client library. */
import type { HttpApi } from '../client/http-api.ts';
import type { Log } from './op.ts';
import type { SignalMessage, SignalReceiver, SignalSource } from './signal-source.ts';
import { requireVisible } from './subscription-filter.ts';

interface PulledMessage {
  readonly ackId: string;
  readonly message: { readonly data?: string; readonly attributes?: Record<string, string> };
}

interface Pulled {
  readonly receivedMessages?: readonly PulledMessage[];
}

/** The ack deadline of held messages is set to HOLD_SECONDS, every HOLD_INTERVAL_MS. */
const HOLD_SECONDS = 20;
const HOLD_INTERVAL_MS = 5_000;
/** Far below the ack deadline. */
const ACK_DELAY_MS = 50;
const MAX_PULL = 1_000;
const RETRY_MS = 1_000;
/** Longer than the server holds a pull without a message. */
const PULL_TIMEOUT_MS = 60_000;
const LONGEST_DEADLINE_SECONDS = 600;

export class RestSource implements SignalSource {
  readonly #api: HttpApi;
  readonly #path: string;
  readonly #log: Log;
  readonly #stop = new AbortController();
  readonly #held = new Set<string>();
  #acks: string[] = [];
  #ackTimer: NodeJS.Timeout | undefined;
  /** The ack ids whose deadline to change, by the new deadline in seconds. */
  #deadlines = new Map<number, string[]>();
  #flushScheduled = false;
  #sending: Promise<unknown> = Promise.resolve();
  #wakeUp: (() => void) | undefined;
  #pulling: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(api: HttpApi, project: string, subscription: string, log: Log) {
    this.#api = api;
    this.#path = `/v1/projects/${project}/subscriptions/${subscription}`;
    this.#log = log;
  }

  async start(receiver: SignalReceiver, methods: readonly string[]): Promise<void> {
    const { filter } = await this.#api.call<{ filter?: string }>('GET', this.#path, undefined, {
      idempotent: true,
    });
    requireVisible(filter, methods, this.#path);
    receiver.onCapacity(() => this.#wakeUp?.());
    this.#pulling = this.#pull(receiver);
    this.#timer = setInterval(() => this.#hold(), HOLD_INTERVAL_MS).unref();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wakeUp?.();
    await this.#pulling;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#acks.length > 0) this.#flush();
    await new Promise((resolve) => setImmediate(resolve));
    await this.#sending;
  }

  async #pull(receiver: SignalReceiver): Promise<void> {
    const { signal } = this.#stop;
    const path = `${this.#path}:pull`;
    const options = { idempotent: false, timeoutMs: PULL_TIMEOUT_MS, signal };
    while (!signal.aborted) {
      if (receiver.capacity <= 0) {
        await new Promise<void>((resolve) => {
          this.#wakeUp = resolve;
        });
        continue;
      }
      const maxMessages = Math.min(MAX_PULL, receiver.capacity);
      try {
        const pulled = await this.#api.call<Pulled>('POST', path, { maxMessages }, options);
        for (const message of pulled.receivedMessages ?? []) receiver.receive(this.#message(message));
      } catch (error) {
        if (signal.aborted) return;
        this.#log.warn('signals could not be pulled', { err: error });
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #message({ ackId, message: { data = '', attributes = {} } }: PulledMessage): SignalMessage {
    this.#held.add(ackId);
    return {
      data: Buffer.from(data, 'base64'),
      attributes,
      ack: () => {
        if (!this.#held.delete(ackId)) return;
        // No other worker waits for it, and most acknowledgements can go together.
        if (this.#acks.push(ackId) === 1) this.#ackTimer = setTimeout(() => this.#flush(), ACK_DELAY_MS);
      },
      putOff: (delayMs) => {
        if (!this.#held.delete(ackId)) return;
        const seconds = Math.min(LONGEST_DEADLINE_SECONDS, Math.ceil(delayMs / 1_000));
        const ids = this.#deadlines.get(seconds);
        if (ids) ids.push(ackId);
        else this.#deadlines.set(seconds, [ackId]);
        this.#flush();
      },
    };
  }

  /** Sends the acknowledgements and deadlines of one moment together. */
  #flush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      clearTimeout(this.#ackTimer);
      const ackIds = this.#acks;
      const deadlines = this.#deadlines;
      this.#acks = [];
      this.#deadlines = new Map();
      const calls = [...deadlines].map(([ackDeadlineSeconds, ids]) =>
        this.#call('modifyAckDeadline', { ackIds: ids, ackDeadlineSeconds }),
      );
      if (ackIds.length > 0) calls.push(this.#call('acknowledge', { ackIds }));
      // Pub/Sub delivers the messages again, and the pool drops the copies.
      const failed = (error: unknown) => this.#log.warn('signals could not be acknowledged', { err: error });
      this.#sending = Promise.all([this.#sending, ...calls.map((call) => call.catch(failed))]);
    });
  }

  #hold(): void {
    if (this.#held.size === 0) return;
    const body = { ackIds: [...this.#held], ackDeadlineSeconds: HOLD_SECONDS };
    this.#call('modifyAckDeadline', body).catch(() => {});
  }

  #call(method: 'acknowledge' | 'modifyAckDeadline', body: object): Promise<object> {
    return this.#api.call('POST', `${this.#path}:${method}`, body, { idempotent: true });
  }
}
