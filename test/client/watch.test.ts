/** The client's watch against a server that ends connections anywhere. Time is virtual. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HttpApi, type Retry } from '../../shared/client/http-api.ts';
import type { TransportRequest } from '../../shared/client/transport.ts';
import { type OperationChange, type WatchOptions, watch } from '../../shared/client/watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A connection: what the server sends, in pieces, and whether the connection then breaks off. */
interface Connection {
  readonly pieces: readonly string[];
  readonly isLost?: boolean;
}

const bytes = new TextEncoder();

function stream({ pieces, isLost }: Connection): Response {
  const left = [...pieces];
  return new Response(
    new ReadableStream({
      pull(controller) {
        const piece = left.shift();
        if (piece !== undefined) controller.enqueue(bytes.encode(piece));
        else if (isLost) controller.error(new TypeError('terminated'));
        else controller.close();
      },
    }),
  );
}

function refusal(http: number, status: string, details: readonly object[] = []): Response {
  return Response.json({ error: { code: http, status, message: 'no', details } }, { status: http });
}

/** Watches a server until a change is `last`, and lets time pass meanwhile. */
async function watched(
  answer: (request: TransportRequest, connection: number) => Response,
  last: (change: OperationChange) => boolean = () => false,
  options: WatchOptions = {},
) {
  const requests: TransportRequest[] = [];
  const retries: Retry[] = [];
  const changes: OperationChange[] = [];
  const api = new HttpApi({
    url: 'http://localhost',
    transport: async (request) => answer(request, requests.push(request) - 1),
    onRetry: (retry) => void retries.push(retry),
  });
  const run = async () => {
    for await (const change of watch(api, '/v1/operations:watch', options)) {
      changes.push(change);
      if (last(change)) return;
    }
  };
  let isOver = false;
  let error: unknown;
  const over = run()
    .catch((thrown: unknown) => {
      error = thrown;
    })
    .finally(() => {
      isOver = true;
    });
  while (!isOver) await vi.advanceTimersByTimeAsync(100);
  await over;
  return { requests, retries, changes, error };
}

const idOf = ({ headers }: TransportRequest) => Number(headers['last-event-id'] ?? 0);

/** All that a server with the changes up to `count` sends to a watcher that continues from an id. */
function eventsAfter(from: number, count: number, newline: string): string {
  const blocks = [['event: begin', `id: ${from}`, 'data: {}']];
  for (let id = from + 1; id <= count; id++) {
    blocks.push([`id: ${id}`, `data: {"name":"operations/ü${id}",`, 'data: "state":"RUNNING"}']);
    blocks.push([`id:${id}`, ': heartbeat']);
  }
  return blocks.map((lines) => `${lines.join(newline)}${newline}${newline}`).join('');
}

it('yields every change in order, wherever the connection ends and however the answer is cut', async () => {
  const cut = fc.record({
    length: fc.nat(400),
    piece: fc.integer({ min: 1, max: 60 }),
    isLost: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(cut, { maxLength: 5 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom('\n', '\r\n'),
      async (cuts, count, newline) => {
        const { changes, error } = await watched(
          (request, connection) => {
            const text = eventsAfter(idOf(request), count, newline);
            const { length, piece, isLost } = cuts[connection] ?? {
              length: text.length,
              piece: 7,
              isLost: false,
            };
            const pieces = text.slice(0, length).match(new RegExp(`[^]{1,${piece}}`, 'g')) ?? [];
            return stream({ pieces, isLost });
          },
          ({ id }) => id === String(count),
        );
        expect(error).toBeUndefined();
        const expected = Array.from({ length: count }, (_, index) => [
          `${index + 1}`,
          `operations/ü${index + 1}`,
        ]);
        expect(changes.map(({ id, operation }) => [id, operation.name])).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});

it('says what a change was: another state, no longer a match, or deleted', async () => {
  const { changes, requests } = await watched(
    () =>
      stream({
        pieces: [
          'id: 1\ndata: {"name":"operations/a","state":"RUNNING","method":"m","attempt":"2"}\n\n',
          'id: 2\ndata: {"name":"operations/a","state":"SUCCEEDED","done":true,"matches":false}\n\n',
          'id: 3\ndata: {"name":"operations/a","deleted":true,"matches":false}\n\n',
        ],
      }),
    ({ deleted }) => deleted,
  );
  expect(changes).toMatchObject([
    { id: '1', state: 'RUNNING', method: 'm', attempt: 2, matches: true, deleted: false },
    { id: '2', state: 'SUCCEEDED', operation: { done: true }, matches: false, deleted: false },
    { id: '3', state: undefined, attempt: undefined, matches: false, deleted: true },
  ]);
  // A watch has no time limit, and begins at what comes now.
  expect(requests).toMatchObject([{ method: 'GET', timeoutMs: 0, headers: { accept: 'text/event-stream' } }]);
  expect(requests[0]?.headers).not.toHaveProperty('last-event-id');
});

it('begins at the id that it is given', async () => {
  const { requests } = await watched(
    () => stream({ pieces: [eventsAfter(7, 8, '\n')] }),
    () => true,
    { lastEventId: '7' },
  );
  expect(requests.map(idOf)).toEqual([7]);
});

it('gives up after five failures if nothing was ever received', async () => {
  const { error, requests, retries } = await watched(() => refusal(503, 'UNAVAILABLE'));
  expect(error).toMatchObject({ code: 'UNAVAILABLE' });
  expect(requests).toHaveLength(6);
  expect(retries.map(({ tries }) => tries)).toEqual([1, 2, 3, 4, 5]);
  expect(retries.map(({ delayMs }) => delayMs)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
});

it('goes on for five minutes of failures after it has received something', async () => {
  const begun = () => stream({ pieces: [eventsAfter(0, 0, '\n')], isLost: true });
  const { error, retries } = await watched((_, connection) =>
    connection % 24 === 0 && connection <= 24 ? begun() : refusal(503, 'UNAVAILABLE'),
  );
  expect(error).toMatchObject({ code: 'UNAVAILABLE' });
  const outages = retries.map(({ delayMs }) => delayMs);
  expect(outages.slice(0, 25)).toEqual([...Array.from({ length: 24 }, (_, at) => (at + 1) * 1_000), 1_000]);
  expect(outages.slice(24).reduce((sum, delayMs) => sum + delayMs)).toBe(300_000);
});

it.each([
  ['OUT_OF_RANGE', 400],
  ['NOT_FOUND', 404],
  ['PERMISSION_DENIED', 403],
  ['RESOURCE_EXHAUSTED', 429],
])('ends at once with %s, which stays the same', async (code, http) => {
  const { error, requests } = await watched(() => refusal(http, code));
  expect(error).toMatchObject({ code });
  expect(requests).toHaveLength(1);
});

it('goes on after a refusal that says when to try again, and not before', async () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2.500s' }];
  const { changes, retries, error } = await watched(
    (_, connection) =>
      connection === 0
        ? refusal(429, 'RESOURCE_EXHAUSTED', details)
        : stream({ pieces: [eventsAfter(0, 1, '\n')] }),
    () => true,
  );
  expect(error).toBeUndefined();
  expect(changes).toHaveLength(1);
  expect(retries.map(({ delayMs }) => delayMs)).toEqual([3_500]);
});
