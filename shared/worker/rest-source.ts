/** Pulls signals over Pub/Sub's REST interface, as the local system serves it, without a client library. */
import type { HttpApi } from '../client/http-api.ts';
import { pause } from '../client/pause.ts';
import { retryPauseMs } from '../client/retry-pause.ts';
import type { Log } from './op.ts';
import { RestAnswers } from './rest-answers.ts';
import type { ConnectLimits, SignalMessage, SignalReceiver, SignalSource } from './signal-source.ts';
import { requireVisible } from './subscription-filter.ts';

interface PulledMessage {
  readonly ackId: string;
  readonly message: { readonly data?: string; readonly attributes?: Record<string, string> };
}

interface Pulled {
  readonly receivedMessages?: readonly PulledMessage[];
}

const MAX_PULL = 1_000;
const RETRY_MS = 1_000;
/** Longer than the server holds a pull without a message. */
const PULL_TIMEOUT_MS = 60_000;

export class RestSource implements SignalSource {
  readonly #api: HttpApi;
  readonly #path: string;
  readonly #log: Log;
  readonly #stop = new AbortController();
  readonly #answers: RestAnswers;
  #wakeUp: (() => void) | undefined;
  #pulling: Promise<void> | undefined;

  constructor(api: HttpApi, project: string, subscription: string, log: Log) {
    this.#api = api;
    this.#path = `/v1/projects/${project}/subscriptions/${subscription}`;
    this.#log = log;
    this.#answers = new RestAnswers(api, this.#path, log);
  }

  async start(
    receiver: SignalReceiver,
    methods: readonly string[],
    { timeoutMs, signal }: ConnectLimits,
  ): Promise<void> {
    // The caller tries again.
    const options = { idempotent: false, timeoutMs, signal };
    const { filter } = await this.#api.call<{ filter?: string }>('GET', this.#path, undefined, options);
    requireVisible(filter, methods, this.#path);
    receiver.onCapacity(() => this.#wakeUp?.());
    this.#pulling = this.#pull(receiver);
    this.#answers.start();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wakeUp?.();
    await this.#pulling;
  }

  close(): Promise<void> {
    return this.#answers.close();
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
        for (const message of pulled.receivedMessages ?? []) {
          receiver.receive(new HeldMessage(message, this.#answers));
        }
      } catch (error) {
        if (signal.aborted) return;
        const delayMs = retryPauseMs(error, RETRY_MS);
        this.#log.warn('signals could not be pulled', { err: error, delayMs });
        await pause(delayMs, signal);
      }
    }
  }
}

class HeldMessage implements SignalMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly #ackId: string;
  readonly #answers: RestAnswers;

  constructor({ ackId, message: { data = '', attributes = {} } }: PulledMessage, answers: RestAnswers) {
    this.data = Buffer.from(data, 'base64');
    this.attributes = attributes;
    this.#ackId = ackId;
    this.#answers = answers;
    answers.hold(ackId);
  }

  ack(): void {
    this.#answers.ack(this.#ackId);
  }

  putOff(delayMs: number): void {
    this.#answers.putOff(this.#ackId, delayMs);
  }
}
