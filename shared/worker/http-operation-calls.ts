import { ApiError } from '../client/api-error.ts';
import { type BatchableCall, CallBatches, pathAlone } from '../client/call-batches.ts';
import type { HttpApi } from '../client/http-api.ts';
import { operationPath } from '../client/operation-resource.ts';
import type { ChildrenPage, Heartbeat, LifecycleEvent, OperationCalls } from './operation-calls.ts';
import type { Signal } from './signal.ts';
import { UnsentEvent } from './unsent-event.ts';

/** Publishes an event to the lifecycle topic. Resolves once Pub/Sub has accepted it. */
export type PublishEvent = (data: Uint8Array) => Promise<void>;

/** How long the orchestrator may take to answer before the worker publishes the event, with the same event id. */
const APPLY_TIMEOUT_MS = 5_000;
/** Pub/Sub's limit of a message, less room for attributes and the rest of the request. */
const MAX_EVENT_BYTES = 9_500_000;
/**
 * Codes that refuse the event itself. ABORTED and OPERATION_NOT_FOUND mean that the attempt is past. After any other error, such as a
 * missing permission or too many calls, the event is published.
 */
const REFUSALS = ['INVALID_ARGUMENT', 'ALREADY_EXISTS', 'FAILED_PRECONDITION', 'OUT_OF_RANGE'];

/** Calls the orchestrator over HTTP. Publishes an event to the lifecycle topic if the call fails. */
export class HttpOperationCalls implements OperationCalls {
  readonly #api: HttpApi;
  readonly #batches: CallBatches;
  readonly #workerName: string;
  readonly #publish: PublishEvent;

  constructor(api: HttpApi, workerName: string, publish: PublishEvent) {
    this.#api = api;
    this.#batches = new CallBatches(api, { idempotent: false, timeoutMs: APPLY_TIMEOUT_MS });
    this.#workerName = workerName;
    this.#publish = publish;
  }

  async heartbeat(operation: string, attempt: number, catchPoint?: string): Promise<Heartbeat> {
    const call: BatchableCall = {
      field: 'heartbeat',
      operation,
      json: JSON.stringify({ name: operation, attempt, worker: this.#workerName, catchPoint }),
    };
    try {
      return taken(await this.#batches.call(call));
    } catch (error) {
      return isUnavailable(error) ? this.#beatAgain(call, error) : notTaken(error);
    }
  }

  /** Without a worker, which would take the attempt. Tried once, because the attempt goes on without an answer too. */
  async look(operation: string, attempt: number): Promise<Heartbeat> {
    const json = JSON.stringify({ name: operation, attempt });
    try {
      const answer: Partial<Heartbeat> & Heartbeat['saved'] = await this.#batches.call({
        field: 'heartbeat',
        operation,
        json,
      });
      const { checkpoint, resumePoint } = answer;
      const isSaved = checkpoint !== undefined || resumePoint !== undefined;
      return isSaved ? { ...taken(answer), saved: { checkpoint, resumePoint } } : taken(answer);
    } catch (error) {
      return notTaken(error);
    }
  }

  /** After UNAVAILABLE. This is safe: to take an attempt again that the worker already holds has no further effect. */
  async #beatAgain(call: BatchableCall, failed: ApiError): Promise<Heartbeat> {
    try {
      const options = { idempotent: true, timeoutMs: APPLY_TIMEOUT_MS };
      return taken(await this.#api.call('POST', pathAlone(call), call.json, options, failed));
    } catch (error) {
      return notTaken(error);
    }
  }

  async apply(event: LifecycleEvent): Promise<boolean> {
    const json = JSON.stringify(event);
    requireSize(event, json);
    try {
      // Tried once: after a failure the event is published instead.
      const call: BatchableCall = { field: 'apply', operation: event.operation, json };
      const { applied }: { applied?: boolean } = await this.#batches.call(call);
      // An event that changes nothing came too late: the operation has ended.
      return applied !== false;
    } catch (error) {
      if (isPast(error)) return false;
      if (REFUSALS.includes(codeOf(error))) throw error;
      await this.#publish(Buffer.from(json)).catch((unpublished) => {
        throw new UnsentEvent(unpublished, error);
      });
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
      if (isNoOperation(error)) return true;
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
    return { children: page.children ?? [], nextPageToken: page.nextPageToken };
  }
}

function taken({ cancelRequested = false }: Partial<Heartbeat>): Heartbeat {
  return { taken: true, cancelRequested };
}

/** @throws the error, unless it says that the worker does not have the attempt */
function notTaken(error: unknown): Heartbeat {
  if (isPast(error) || codeOf(error) === 'INVALID_ARGUMENT') return { taken: false, cancelRequested: false };
  throw error;
}

function isPast(error: unknown): boolean {
  return codeOf(error) === 'ABORTED' || isNoOperation(error);
}

/** Not so if something else has answered at a wrong URL: the signals of operations that exist would be dropped. */
function isNoOperation(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'OPERATION_NOT_FOUND';
}

function isUnavailable(error: unknown): error is ApiError {
  return codeOf(error) === 'UNAVAILABLE';
}

function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : '';
}

function requireSize(event: LifecycleEvent, json: string): void {
  // No UTF-16 code unit takes more than three bytes, so most events need no measurement.
  if (json.length * 3 <= MAX_EVENT_BYTES) return;
  const bytes = Buffer.byteLength(json);
  if (bytes <= MAX_EVENT_BYTES) return;
  const what = (event.waiting as { spawn?: unknown } | undefined)?.spawn ? 'waiting.spawn' : 'the event';
  const message = `${what}: has ${bytes} bytes with all around it, and may have ${MAX_EVENT_BYTES}`;
  throw new ApiError('INVALID_ARGUMENT', message);
}
