/**
 * Reads the server-sent events of the Operations API: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import { ApiError, isUnavailable } from './api-error.ts';
import type { HttpApi } from './http-api.ts';
import type { JsonObject } from './json.ts';
import { type OperationResource, operationResource, type WireOperation } from './operation-resource.ts';
import { pause } from './pause.ts';
import { retryPauseMs } from './retry-pause.ts';
import { textParts } from './text-parts.ts';

/** A change of an operation, as {@link Operations.watch} yields it. `M` is the type of the operation's metadata. */
export interface OperationChange<M = JsonObject> {
  /** The position to resume from: `lastEventId`. */
  readonly id: string;
  /** The operation after the change. */
  readonly operation: OperationResource<M>;
  /** Absent if the operation was deleted. */
  readonly state?: 'RUNNING' | 'WAITING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  /** Absent if the operation was deleted. */
  readonly method?: string;
  /** The number of the attempt that is current, from 1. */
  readonly attempt?: number;
  /** True once the operation was asked to stop. */
  readonly cancelRequested?: boolean;
  /** False if the operation no longer matches the filter, or was deleted. */
  readonly matches: boolean;
  /** Whether the operation was deleted. */
  readonly deleted: boolean;
}

interface WireChange extends WireOperation, Pick<OperationChange, 'state' | 'method' | 'cancelRequested'> {
  readonly attempt?: number | string;
  readonly matches?: boolean;
  readonly deleted?: boolean;
}

export interface WatchOptions {
  readonly lastEventId?: string;
  readonly signal?: AbortSignal;
}

/**
 * Yields changes in commit order. A change may come twice. A lost connection is reopened at the same position. The server ends each
 * connection now and then, so a reconnection that is refused for now, as one call too many of this caller, is made again too.
 */
export async function* watch(
  api: HttpApi,
  path: string,
  options: WatchOptions,
): AsyncIterable<OperationChange> {
  let { lastEventId } = options;
  let mostFailures = FAILURES_BEFORE;
  for (let failures = 0; !options.signal?.aborted; ) {
    try {
      const response = await api.open('GET', path, undefined, {
        idempotent: true,
        timeoutMs: 0,
        headers: headersOf(lastEventId),
        signal: options.signal,
      });
      for await (const block of textParts(response, /\r?\n\r?\n/)) {
        const { id, event, data } = parseEvent(block);
        failures = 0;
        mostFailures = FAILURES_BETWEEN;
        if (id !== undefined) lastEventId = id;
        // The event `begin` carries only the id to resume from.
        if (data && event === 'message') yield changed(lastEventId ?? '', JSON.parse(data));
      }
      await pause(REOPEN_MS, options.signal);
    } catch (error) {
      if (options.signal?.aborted) return;
      const lost = !(error instanceof ApiError) || isUnavailable(error) || retryPauseMs(error, 0) > 0;
      if (!lost || ++failures > mostFailures) throw error;
      const delayMs = retryPauseMs(error, RECONNECT_MS * failures);
      api.onRetry?.({ error: error as Error, tries: failures, delayMs });
      await pause(delayMs, options.signal);
    }
  }
}

function headersOf(lastEventId: string | undefined): Record<string, string> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
  return headers;
}

const RECONNECT_MS = 1_000;
/** The pause before a connection that the server closed normally is reopened. */
const REOPEN_MS = 100;
/** The failures in a row after which the watch fails: before anything was received, a wrong URL is likelier than a restart. */
const FAILURES_BEFORE = 5;
/** The pauses grow by a second each, so that an outage may last for five minutes. */
const FAILURES_BETWEEN = 24;

function changed(id: string, wire: WireChange): OperationChange {
  const { state, method, attempt, cancelRequested, matches = true, deleted = false } = wire;
  return {
    id,
    operation: operationResource(wire),
    state,
    method,
    attempt: attempt ? Number(attempt) : undefined,
    cancelRequested,
    matches,
    deleted,
  };
}

interface ServerSentEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

function parseEvent(block: string): ServerSentEvent {
  let event = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === 'id') id = value;
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }
  return { id, event, data: data.join('\n') };
}
