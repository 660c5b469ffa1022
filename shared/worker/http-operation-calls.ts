import { ApiError } from '../client/api-error.ts';
import type { HttpApi } from '../client/http-api.ts';
import { operationPath } from '../client/operation-resource.ts';
import { type BatchableCall, CallBatches } from './call-batches.ts';
import type { ChildrenPage, Heartbeat, LifecycleEvent, OperationCalls } from './operation-calls.ts';
import type { Signal } from './signal.ts';

/** Publishes an event to the lifecycle topic; resolves once the bus has it. */
export type PublishEvent = (data: Uint8Array) => Promise<void>;

/** How long an answer may take before the event goes to the topic, under the same id. */
const APPLY_TIMEOUT_MS = 5_000;
/** Pub/Sub's limit of a message, less what attributes and the request around it take. */
const MAX_EVENT_BYTES = 9_500_000;
/** What the orchestrator says of the event itself, and not of this deployment. */
const REFUSALS = [
  'INVALID_ARGUMENT',
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'OUT_OF_RANGE',
  'RESOURCE_EXHAUSTED',
];

/** The orchestrator over HTTP, and the lifecycle topic where it does not answer. */
export class HttpOperationCalls implements OperationCalls {
  readonly #api: HttpApi;
  readonly #batches: CallBatches;
  readonly #workerName: string;
  readonly #publish: PublishEvent;

  constructor(api: HttpApi, workerName: string, publish: PublishEvent) {
    this.#api = api;
    this.#batches = new CallBatches(api, APPLY_TIMEOUT_MS);
    this.#workerName = workerName;
    this.#publish = publish;
  }

  async heartbeat(operation: string, attempt: number, catchPoint?: string): Promise<Heartbeat> {
    try {
      const { cancelRequested = false } = await this.#beat({
        path: `${operationPath(operation)}:heartbeat`,
        field: 'heartbeat',
        json: JSON.stringify({ name: operation, attempt, worker: this.#workerName, catchPoint }),
      });
      return { taken: true, cancelRequested };
    } catch (error) {
      if (isPast(error) || codeOf(error) === 'INVALID_ARGUMENT')
        return { taken: false, cancelRequested: false };
      throw error;
    }
  }

  /** Tried again where no answer comes: to take what one holds changes nothing. */
  async #beat(call: BatchableCall): Promise<Partial<Heartbeat>> {
    try {
      return await this.#batches.call(call);
    } catch (error) {
      if (codeOf(error) !== 'UNAVAILABLE') throw error;
      const options = { idempotent: true, timeoutMs: APPLY_TIMEOUT_MS };
      return this.#api.call<Partial<Heartbeat>>('POST', call.path, call.json, options);
    }
  }

  async apply(event: LifecycleEvent): Promise<boolean> {
    const json = JSON.stringify(event);
    requireSize(event, json);
    try {
      // Tried once: what is not answered goes another way.
      const path = `${operationPath(event.operation)}:apply`;
      const { applied }: { applied?: boolean } = await this.#batches.call({ path, field: 'apply', json });
      // What changes nothing comes too late: the operation has ended.
      return applied !== false;
    } catch (error) {
      if (isPast(error)) return false;
      if (REFUSALS.includes(codeOf(error))) throw error;
      await this.#publish(Buffer.from(json));
      return true;
    }
  }

  async isOver(operation: string): Promise<boolean> {
    try {
      const options = { idempotent: true };
      const { done } = await this.#api.call<{ done?: boolean }>(
        'GET',
        operationPath(operation),
        undefined,
        options,
      );
      return done === true;
    } catch (error) {
      if (codeOf(error) === 'NOT_FOUND') return true;
      throw error;
    }
  }

  children(
    { operation, waitId }: Pick<Signal, 'operation' | 'waitId'>,
    { outcome, pageSize, pageToken }: { outcome?: string; pageSize: number; pageToken?: string },
  ): Promise<ChildrenPage> {
    const query = new URLSearchParams({ waitId, pageSize: String(pageSize) });
    if (outcome) query.set('outcome', outcome);
    if (pageToken) query.set('pageToken', pageToken);
    return this.#children(`${operationPath(operation)}/children?${query}`);
  }

  async #children(path: string): Promise<ChildrenPage> {
    const page = await this.#api.call<Partial<ChildrenPage>>('GET', path, undefined, { idempotent: true });
    return { children: [], ...page };
  }
}

function isPast(error: unknown): boolean {
  return codeOf(error) === 'ABORTED' || codeOf(error) === 'NOT_FOUND';
}

function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : '';
}

function requireSize(event: LifecycleEvent, json: string): void {
  // No character takes more than three bytes: most events need not be measured.
  if (json.length * 3 <= MAX_EVENT_BYTES) return;
  const bytes = Buffer.byteLength(json);
  if (bytes <= MAX_EVENT_BYTES) return;
  const what = (event.waiting as { spawn?: unknown } | undefined)?.spawn ? 'waiting.spawn' : 'the event';
  const message = `${what}: has ${bytes} bytes with all around it, and may have ${MAX_EVENT_BYTES}`;
  throw new ApiError('INVALID_ARGUMENT', message);
}
