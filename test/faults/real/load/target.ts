/**
 * The clients of the system under load. Every call is repeated until it is answered, because the system may be down at any
 * moment.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export interface TargetOptions {
  readonly operationsUrl: string;
  /** The base URL of Pub/Sub's REST interface. */
  readonly pubsubUrl: string;
  readonly project: string;
}

export interface PulledMessage {
  readonly ackId: string;
  readonly message: { readonly data?: string; readonly attributes?: Readonly<Record<string, string>> };
}

const PAUSE_MS = 200;
const CALL_TIMEOUT_MS = 15_000;
/** The refusal of a repeated call whose first answer was lost. */
const DONE_ALREADY: Readonly<Record<string, number>> = { PUT: 409, DELETE: 404 };
/** Temporary errors, and Pub/Sub's 404 for a topic that an emulator does not have again yet. */
const isTransient = (status: number) => status === 429 || status >= 500;

export class Target {
  readonly operationsUrl: string;
  readonly #pubsub: string;
  readonly #project: string;
  readonly #stop = new AbortController();

  constructor({ operationsUrl, pubsubUrl, project }: TargetOptions) {
    this.operationsUrl = operationsUrl;
    this.#pubsub = `${pubsubUrl}/v1/projects/${project}`;
    this.#project = project;
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Ends the running calls. Each of them rejects. */
  stop(): void {
    this.#stop.abort(new Error('the load is over'));
  }

  /** A call of the Operations API. @throws Error with the answer where that is a refusal */
  call(method: string, path: string, body?: object): Promise<any> {
    return this.#repeat(method, this.operationsUrl + path, body);
  }

  /** Calls once, without a repeat. Resolves with the duration, or with undefined if the answer was not 200. */
  async measure(path: string): Promise<number | undefined> {
    const start = performance.now();
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
    const response = await fetch(this.operationsUrl + path, { signal }).catch(() => undefined);
    const read = await response?.text().catch(() => undefined);
    return response?.ok && read !== undefined ? performance.now() - start : undefined;
  }

  /** Resolves once the publish is acknowledged. */
  async publish(event: object): Promise<void> {
    const data = Buffer.from(JSON.stringify(event)).toString('base64');
    const body = { messages: [{ data }] };
    await this.#repeat('POST', `${this.#pubsub}/topics/operation-lifecycle:publish`, body);
  }

  async createSubscription(name: string, topic: string, filter = ''): Promise<void> {
    const body = {
      topic: `projects/${this.#project}/topics/${topic}`,
      filter,
      ackDeadlineSeconds: 60,
    };
    await this.#repeat('PUT', `${this.#pubsub}/subscriptions/${name}`, body);
  }

  /** Gives each message to the handler and acknowledges it, until the load is over. */
  async consume(subscription: string, handler: (message: PulledMessage['message']) => void): Promise<void> {
    const path = `${this.#pubsub}/subscriptions/${subscription}`;
    while (!this.#stop.signal.aborted) {
      try {
        const pulled = await this.#repeat('POST', `${path}:pull`, { maxMessages: 500 });
        const received = (pulled.receivedMessages ?? []) as PulledMessage[];
        if (received.length === 0) continue;
        for (const { message } of received) handler(message);
        await this.#repeat('POST', `${path}:acknowledge`, { ackIds: received.map(({ ackId }) => ackId) });
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        throw error;
      }
    }
  }

  async #repeat(method: string, url: string, body?: object): Promise<any> {
    for (;;) {
      this.#stop.signal.throwIfAborted();
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
      const response = await fetch(url, {
        ...{ method, signal },
        headers: { 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      }).catch(() => undefined);
      const text = await response?.text().catch(() => undefined);
      if (response && text !== undefined) {
        if (response.ok || response.status === DONE_ALREADY[method]) return JSON.parse(text || '{}');
        if (!isTransient(response.status)) {
          throw new Error(`${method} ${url} was answered ${response.status}: ${text.slice(0, 500)}`);
        }
      }
      await sleep(PAUSE_MS);
    }
  }
}
