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

export class LifecycleClient {
  readonly #publish: Publish;
  readonly #clock: EventClock;

  constructor(publish: Publish, clock: EventClock = new EventClock()) {
    this.#publish = publish;
    this.#clock = clock;
  }

  /** Returns the operation named `operations/{id}`. */
  operation(name: string): OperationHandle {
    return new OperationHandle(name, async (event) => {
      // The message carries its own event id: if the publish below is retried, both messages are one event.
      const message = { operation: name, eventId: randomUUID(), occurTime: this.#clock.next(), ...event };
      await this.#publish({ data: Buffer.from(JSON.stringify(message)), attributes: {} });
    });
  }
}

/** One operation, from the view of its worker. */
export class OperationHandle {
  readonly name: string;
  readonly #send: (event: object) => Promise<void>;

  constructor(name: string, send: (event: object) => Promise<void>) {
    this.name = name;
    this.#send = send;
  }

  create({ metadata, ttl, ...fields }: CreateFields = {}): Promise<void> {
    const created = { ...fields, ...(metadata && { metadata: toAny(metadata) }), ...seconds({ ttl }) };
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
    const { children, externals, policy, quorum, sleep, timeout, pollFrequency, resumeMethod } = fields;
    const waiting = {
      ...{ childOperations: children, externalOperations: externals, policy, quorum, resumeMethod },
      ...seconds({ sleep, timeout, pollFrequency }),
      ...encodeSavepoint(fields),
    };
    return this.#send({ waiting });
  }

  succeed(response?: Payload): Promise<void> {
    return this.#send({ succeeded: response ? { response: toAny(response) } : {} });
  }

  fail({ details, ...error }: ErrorStatus): Promise<void> {
    return this.#send({ failed: { error: { ...error, ...(details && { details: details.map(toAny) }) } } });
  }

  requestCancel({ cascade = true }: { cascade?: boolean } = {}): Promise<void> {
    return this.#send({ cancelRequested: { cascade } });
  }

  cancelled(): Promise<void> {
    return this.#send({ cancelled: {} });
  }
}

function encodeSavepoint({ checkpoint, resumePoint }: Savepoint) {
  return { ...(checkpoint !== undefined && { checkpoint: encodeCheckpoint(checkpoint) }), resumePoint };
}

/** Durations in proto3 JSON. */
function seconds(durations: Readonly<Record<string, number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(durations).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, duration(value)]],
    ),
  );
}

/** At most nine digits after the point, and no exponent. */
function duration(value: number): string {
  return `${value.toFixed(9).replace(/\.?0+$/, '')}s`;
}
