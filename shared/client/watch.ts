/** Server-sent events of the Operations API: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { ApiError } from './api-error.ts';
import type { HttpApi } from './http-api.ts';
import { type OperationResource, operationResource, type WireOperation } from './operation-resource.ts';

export interface OperationChange {
  /** To go on from: `lastEventId`. */
  readonly id: string;
  readonly operation: OperationResource;
}

export interface WatchOptions {
  readonly lastEventId?: string;
  readonly signal?: AbortSignal;
}

/** Changes in commit order, some perhaps twice. A connection that is lost is opened again where it ended. */
export async function* watch(
  api: HttpApi,
  path: string,
  options: WatchOptions,
): AsyncIterable<OperationChange> {
  let { lastEventId } = options;
  for (let failures = 0; !options.signal?.aborted; ) {
    try {
      const response = await api.open('GET', path, undefined, {
        idempotent: true,
        timeoutMs: 0,
        headers: {
          accept: 'text/event-stream',
          ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
        },
        ...(options.signal && { signal: options.signal }),
      });
      for await (const { id, data } of serverSentEvents(response)) {
        failures = 0;
        if (id !== undefined) lastEventId = id;
        if (data) yield { id: lastEventId ?? '', operation: changed(JSON.parse(data)) };
      }
    } catch (error) {
      if (options.signal?.aborted) return;
      const lost = !(error instanceof ApiError) || error.code === 'UNAVAILABLE';
      if (!lost || ++failures > MAX_FAILURES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS * failures));
    }
  }
}

const RECONNECT_MS = 1_000;
const MAX_FAILURES = 5;

function changed(event: WireOperation & { operation?: WireOperation }): OperationResource {
  return operationResource(event.operation ?? event);
}

async function* serverSentEvents(response: Response): AsyncIterable<{ id?: string; data: string }> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop() ?? '';
      for (const block of blocks) yield parseEvent(block);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function parseEvent(block: string): { id?: string; data: string } {
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === 'id') id = value;
    if (field === 'data') data.push(value);
  }
  return { data: data.join('\n'), ...(id !== undefined && { id }) };
}
