import type { Signal } from '@preact/signals';
import { ApiError, errorOf, messageOf, unreachable } from './api-error.ts';
import { readEvents } from './event-reader.ts';
import type { Change } from './operation.ts';

/** The state of a watch, as the page shows it. */
export type Connection =
  | { readonly kind: 'CONNECTING' | 'LIVE' | 'PAUSED' }
  | { readonly kind: 'LOST'; readonly reason: string; readonly retryTime: number };

export interface WatchOptions {
  readonly filter: string;
  readonly connection: Signal<Connection>;
  readonly onChange: (change: Change) => void;
  /** The watch has begun at a new position, so the page has to read its data again. */
  readonly onBegin: () => void;
  /** The server refuses the watch, and would refuse it again: no changes will come. */
  readonly onRefused: (error: ApiError) => void;
}

const BETWEEN_MS = 100;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;
/** Heartbeats come every 15 s. */
const SILENCE_MS = 40_000;
/** How long a hidden page keeps its connection, in milliseconds. A browser has six connections to one server for all pages. */
const HIDDEN_MS = 10_000;

/** Watches until the signal is aborted, and reconnects as often as needed. */
export async function watch(options: WatchOptions, signal: AbortSignal): Promise<void> {
  let id: string | undefined;
  for (let failures = 0; !signal.aborted; ) {
    await visible(options, signal);
    if (signal.aborted) return;
    const stop = stopOf(signal);
    try {
      if (failures === 0) options.connection.value = { kind: id === undefined ? 'CONNECTING' : 'LIVE' };
      await follow(options, id, stop, (next) => {
        id = next;
        failures = 0;
      });
      // The server ends each connection regularly, before its platform would.
      await pause(BETWEEN_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && isFinal(error)) {
        options.onRefused(error);
        return;
      }
      if (error instanceof ApiError && error.status === 'OUT_OF_RANGE') {
        id = undefined;
        continue;
      }
      if (stop.hidden) continue;
      const delay = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures) * (0.75 + Math.random() / 2);
      failures++;
      options.connection.value = { kind: 'LOST', reason: messageOf(error), retryTime: Date.now() + delay };
      await pause(delay, signal);
    } finally {
      stop.release();
    }
  }
}

async function follow(
  { filter, connection, onChange, onBegin }: WatchOptions,
  from: string | undefined,
  stop: Stop,
  onId: (id: string) => void,
): Promise<void> {
  const query = new URLSearchParams({ view: 'SUMMARY', ...(filter && { filter }) });
  let response: Response;
  try {
    response = await fetch(`/v1/operations:watch?${query}`, {
      headers: { accept: 'text/event-stream', ...(from !== undefined && { 'last-event-id': from }) },
      signal: stop.signal,
    });
  } catch (error) {
    throw unreachable(error);
  }
  if (!response.ok || !response.body) throw await errorOf(response);
  await readEvents(
    response.body,
    ({ type, data }) => {
      if (type === 'begin') {
        connection.value = { kind: 'LIVE' };
        if (from === undefined) onBegin();
      } else if (type === 'message') onChange(JSON.parse(data) as Change);
    },
    (id) => {
      stop.heard();
      onId(id);
    },
  );
}

function isFinal({ httpStatus, status }: ApiError): boolean {
  return status !== 'OUT_OF_RANGE' && httpStatus >= 400 && httpStatus < 500 && httpStatus !== 429;
}

interface Stop {
  readonly signal: AbortSignal;
  readonly hidden: boolean;
  heard(): void;
  release(): void;
}

/**
 * Returns a signal that ends a connection: when the watch ends, when no heartbeat comes, or when the page has been hidden for a
 * while.
 */
function stopOf(outer: AbortSignal): Stop {
  const inner = new AbortController();
  let hidden = false;
  let silence = setTimeout(() => inner.abort(), SILENCE_MS);
  let hiding: ReturnType<typeof setTimeout> | undefined;
  const end = () => inner.abort();
  const onVisibility = () => {
    clearTimeout(hiding);
    if (document.visibilityState === 'visible') return;
    hiding = setTimeout(() => {
      hidden = true;
      inner.abort();
    }, HIDDEN_MS);
  };
  outer.addEventListener('abort', end);
  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
  return {
    signal: inner.signal,
    get hidden() {
      return hidden;
    },
    heard() {
      clearTimeout(silence);
      silence = setTimeout(() => inner.abort(), SILENCE_MS);
    },
    release() {
      clearTimeout(silence);
      clearTimeout(hiding);
      outer.removeEventListener('abort', end);
      document.removeEventListener('visibilitychange', onVisibility);
    },
  };
}

async function visible({ connection }: WatchOptions, signal: AbortSignal): Promise<void> {
  if (document.visibilityState === 'visible') return;
  connection.value = { kind: 'PAUSED' };
  await new Promise<void>((resolve) => {
    const done = () => {
      document.removeEventListener('visibilitychange', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    document.addEventListener('visibilitychange', done);
    signal.addEventListener('abort', done);
  });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
