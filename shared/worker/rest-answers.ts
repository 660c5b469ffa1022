/** Answers the messages of a pull subscription over REST: acknowledgements and new deadlines, many in one request. */
import type { HttpApi } from '../client/http-api.ts';
import type { Log } from './op.ts';

/** The ack deadline of held messages is set to HOLD_SECONDS, every HOLD_INTERVAL_MS. */
const HOLD_SECONDS = 20;
const HOLD_INTERVAL_MS = 5_000;
/** Far below the ack deadline. */
const ACK_DELAY_MS = 50;
const LONGEST_DEADLINE_SECONDS = 600;

function nothing(): void {}

export class RestAnswers {
  readonly #api: HttpApi;
  /** Of the subscription. */
  readonly #path: string;
  readonly #log: Log;
  /** The ack ids of the messages that are not answered. */
  readonly #held = new Set<string>();
  #acks: string[] = [];
  #ackTimer: NodeJS.Timeout | undefined;
  /** The ack ids whose deadline to change, by the new deadline in seconds. */
  #deadlines = new Map<number, string[]>();
  #flushScheduled = false;
  #sending: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(api: HttpApi, path: string, log: Log) {
    this.#api = api;
    this.#path = path;
    this.#log = log;
  }

  /** Begins to extend the deadlines of the held messages. */
  start(): void {
    this.#timer = setInterval(() => this.#extend(), HOLD_INTERVAL_MS).unref();
  }

  /** Resolves once every answer is sent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#acks.length > 0) this.#flush();
    await new Promise((resolve) => setImmediate(resolve));
    await this.#sending;
  }

  /** Extends the deadline of the message until it is answered. */
  hold(ackId: string): void {
    this.#held.add(ackId);
  }

  ack(ackId: string): void {
    if (!this.#held.delete(ackId)) return;
    // No other worker waits for it, and most acknowledgements can go together.
    if (this.#acks.push(ackId) === 1) this.#ackTimer = setTimeout(() => this.#flush(), ACK_DELAY_MS);
  }

  putOff(ackId: string, delayMs: number): void {
    if (!this.#held.delete(ackId)) return;
    const seconds = Math.min(LONGEST_DEADLINE_SECONDS, Math.ceil(delayMs / 1_000));
    const ids = this.#deadlines.get(seconds);
    if (ids) ids.push(ackId);
    else this.#deadlines.set(seconds, [ackId]);
    this.#flush();
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
      const answered = Promise.all([this.#sending, ...calls.map((call) => call.catch(failed))]);
      // Without the results: each would hold those of all requests before it.
      this.#sending = answered.then(nothing);
    });
  }

  #extend(): void {
    if (this.#held.size === 0) return;
    const body = { ackIds: [...this.#held], ackDeadlineSeconds: HOLD_SECONDS };
    this.#call('modifyAckDeadline', body).catch(() => {});
  }

  #call(method: 'acknowledge' | 'modifyAckDeadline', body: object): Promise<object> {
    return this.#api.call('POST', `${this.#path}:${method}`, body, { idempotent: true });
  }
}
