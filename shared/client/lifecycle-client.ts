/**
 * What a worker calls: each call publishes one lifecycle event. It depends on no client library; with Google's own:
 *
 *     const topic = new PubSub().topic('operation-lifecycle');
 *     const lifecycle = new LifecycleClient((message) => topic.publishMessage(message));
 */
import { randomUUID } from 'node:crypto';
import { EventClock } from './event-clock.ts';
import { encodeCheckpoint, type Payload, toAny } from './payload.ts';

/** Publishes one message to the lifecycle topic. Resolves once Pub/Sub has it. */
export type Publish = (message: { data: Buffer; attributes: Record<string, string> }) => Promise<unknown>;

export interface CreateFields {
  readonly method?: string;
  readonly parent?: string;
  readonly metadata?: Payload;
  readonly labels?: Readonly<Record<string, string>>;
  /** How long the operation is kept after its end, in seconds. */
  readonly ttl?: number;
}

export interface Savepoint {
  /** Bytes, or any JSON value. */
  readonly checkpoint?: unknown;
  readonly resumePoint?: string;
}

/** Durations are in seconds. */
export interface WaitFields extends Savepoint {
  readonly children?: readonly string[];
  readonly externals?: readonly { name: string; endpoint: string; audience?: string }[];
  readonly policy?: 'ALL_DONE' | 'ANY_DONE' | 'ALL_SUCCEEDED' | 'ANY_SUCCEEDED' | 'QUORUM_SUCCEEDED';
  readonly quorum?: number;
  readonly sleep?: number;
  readonly timeout?: number;
  readonly pollFrequency?: number;
  readonly resumeMethod?: string;
}

export interface ErrorStatus {
  /** A google.rpc.Code other than 0. */
  readonly code: number;
  readonly message: string;
  readonly details?: readonly Payload[];
}

/** What has happened: one of the fields. */
interface LifecycleFields {
  readonly created?: object;
  readonly progressed?: object;
  readonly checkpointed?: object;
  readonly waiting?: object;
  readonly succeeded?: object;
  readonly failed?: object;
  readonly cancelRequested?: object;
  readonly cancelled?: object;
}

export class LifecycleClient {
  readonly #publish: Publish;
  readonly #clock: EventClock;

  constructor(publish: Publish, clock: EventClock = new EventClock()) {
    this.#publish = publish;
    this.#clock = clock;
  }

  /** Returns the operation named `operations/{id}`. */
  operation(name: string): OperationHandle {
    return new OperationHandle(name, (event) => this.#send(name, event));
  }

  /** Not an async function: it would keep the event in memory until it is published, and a burst has thousands of them. */
  #send(name: string, event: LifecycleFields): Promise<void> {
    try {
      // The message carries its own event id: if the publish below is retried, both messages are one event.
      const message = {
        operation: name,
        eventId: randomUUID(),
        occurTime: this.#clock.next(),
        created: event.created,
        progressed: event.progressed,
        checkpointed: event.checkpointed,
        waiting: event.waiting,
        succeeded: event.succeeded,
        failed: event.failed,
        cancelRequested: event.cancelRequested,
        cancelled: event.cancelled,
      };
      const data = Buffer.from(JSON.stringify(message));
      return Promise.resolve(this.#publish({ data, attributes: {} })).then(published);
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/** What Pub/Sub answers is of no use to the caller. */
function published(): void {}

/** One operation, from the view of its worker. */
export class OperationHandle {
  readonly name: string;
  readonly #send: (event: LifecycleFields) => Promise<void>;

  constructor(name: string, send: (event: LifecycleFields) => Promise<void>) {
    this.name = name;
    this.#send = send;
  }

  create({ method, parent, metadata, labels, ttl }: CreateFields = {}): Promise<void> {
    const created = { method, parent, labels, metadata: metadata && toAny(metadata), ttl: seconds(ttl) };
    return this.#send({ created });
  }

  progress(metadata: Payload): Promise<void> {
    return this.#send({ progressed: { metadata: toAny(metadata) } });
  }

  checkpoint(savepoint: Savepoint): Promise<void> {
    return this.#send({ checkpointed: encodeSavepoint(savepoint) });
  }

  /** Pauses the operation. Once this call resolves, the worker may stop. A RESUME signal continues the operation. */
  wait(fields: WaitFields): Promise<void> {
    const { checkpoint, resumePoint } = encodeSavepoint(fields);
    const waiting = {
      childOperations: fields.children,
      externalOperations: fields.externals,
      policy: fields.policy,
      quorum: fields.quorum,
      resumeMethod: fields.resumeMethod,
      sleep: seconds(fields.sleep),
      timeout: seconds(fields.timeout),
      pollFrequency: seconds(fields.pollFrequency),
      checkpoint,
      resumePoint,
    };
    return this.#send({ waiting });
  }

  succeed(response?: Payload): Promise<void> {
    return this.#send({ succeeded: response ? { response: toAny(response) } : {} });
  }

  fail({ code, message, details }: ErrorStatus): Promise<void> {
    return this.#send({ failed: { error: { code, message, details: details?.map(toAny) } } });
  }

  requestCancel({ cascade = true }: { cascade?: boolean } = {}): Promise<void> {
    return this.#send({ cancelRequested: { cascade } });
  }

  cancelled(): Promise<void> {
    return this.#send({ cancelled: {} });
  }
}

function encodeSavepoint({ checkpoint, resumePoint }: Savepoint) {
  return { checkpoint: checkpoint === undefined ? undefined : encodeCheckpoint(checkpoint), resumePoint };
}

/** A duration in proto3 JSON: at most nine digits after the point, and no exponent. */
function seconds(duration: number | undefined): string | undefined {
  return duration === undefined ? undefined : `${duration.toFixed(9).replace(/\.?0+$/, '')}s`;
}
