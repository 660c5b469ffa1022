import { ApiError } from '../client/api-error.ts';
import type { HttpApi } from '../client/http-api.ts';
import { operationPath } from '../client/operation-resource.ts';
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
  readonly #workerName: string;
  readonly #publish: PublishEvent;

  constructor(api: HttpApi, workerName: string, publish: PublishEvent) {
    this.#api = api;
    this.#workerName = workerName;
    this.#publish = publish;
  }

  async heartbeat(operation: string, attempt: number, catchPoint?: string): Promise<Heartbeat> {
    try {
      const body = { attempt, worker: this.#workerName, catchPoint };
      const { cancelRequested = false } = await this.#api.call<Partial<Heartbeat>>(
        'POST',
        `${operationPath(operation)}:heartbeat`,
        body,
        { idempotent: true, timeoutMs: APPLY_TIMEOUT_MS },
      );
      return { taken: true, cancelRequested };
    } catch (error) {
      if (isPast(error) || codeOf(error) === 'INVALID_ARGUMENT')
        return { taken: false, cancelRequested: false };
      throw error;
    }
  }

  async apply(event: LifecycleEvent): Promise<boolean> {
    const json = JSON.stringify(event);
    requireSize(event, json);
    try {
      // Tried once: what is not answered goes another way.
      const { traceparent } = event;
      const options = {
        ...{ idempotent: false, timeoutMs: APPLY_TIMEOUT_MS },
        ...(typeof traceparent === 'string' && { headers: { traceparent } }),
      };
      const path = `${operationPath(event.operation)}:apply`;
      const { applied } = await this.#api.call<{ applied?: boolean }>('POST', path, json, options);
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
