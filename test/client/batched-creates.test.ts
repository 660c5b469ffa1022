/** Creates of one moment go as one request, and end as they do one by one. */
import fc from 'fast-check';
import { createOperations, defineOperation } from 'lro-orchestrator';
import * as v from 'valibot';
import { afterEach, expect, it, vi } from 'vitest';
import { type ApiUnderTest, startApi } from '../operations-api/api-under-test.ts';
import { until } from '../setup/until.ts';

const page = defineOperation('example.v1.Pages.CreatePage', { input: v.object({ text: v.string() }) });
const servers: ApiUnderTest[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) await server.stop();
});

const BATCH = '/v1/operations:batch';

type Answer = (path: string, body: string) => Response | undefined;

/** A client of a fresh API; `answer` may answer in the API's place. */
async function client(answer: Answer = () => undefined) {
  const server = await startApi();
  servers.push(server);
  const paths: string[] = [];
  const lro = createOperations({
    url: server.url,
    fetch: async (url, init) => {
      const path = String(url).slice(server.url.length);
      paths.push(path);
      return answer(path, String(init?.body)) ?? fetch(url, init);
    },
  });
  return { lro, paths };
}

interface Create {
  readonly operationId: string;
  readonly requestId: string;
  readonly text: string;
}

/** Few ids, so that some are taken, some requests are repeated, and some ids are none. */
const creates = fc.array(
  fc.record({
    operationId: fc.constantFrom('a', 'b', 'c', '?', ''),
    requestId: fc.constantFrom('r1', 'r2', 'r3'),
    text: fc.constantFrom('x', 'é', '"\n'),
  }),
  { minLength: 1, maxLength: 12 },
);

type Client = Awaited<ReturnType<typeof client>>['lro'];

async function outcome(lro: Client, { operationId, requestId, text }: Create): Promise<string> {
  const options = { requestId, ...(operationId !== '' && { operationId }) };
  return lro.create(page, { text }, options).then(
    ({ name }) => name,
    ({ code, message }) => `${code}: ${message}`,
  );
}

it('creates end alike, whether they are made together or one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(creates, async (made) => {
      const [together, single] = [await client(), await client()];
      const expected: string[] = [];
      for (const one of made) expected.push(await outcome(single.lro, one));
      expect(await Promise.all(made.map((one) => outcome(together.lro, one)))).toEqual(expected);
      // A repeat of a request whose effects are being delivered is asked again, by itself.
      expect(together.paths.filter((path) => path === BATCH)).toHaveLength(made.length === 1 ? 0 : 1);
      expect(together.paths[0]).toBe(made.length === 1 ? '/v1/operations' : BATCH);
      for (const server of servers.splice(0)) await server.stop();
    }),
    { numRuns: 40 },
  );
});

const refusal = (status: number, error: object) => Response.json({ error }, { status });
const three = (lro: Client) =>
  Promise.all(['a', 'b', 'c'].map((id) => outcome(lro, { operationId: id, requestId: id, text: '' })));
const names = ['operations/a', 'operations/b', 'operations/c'];

it.each([
  ['batches', refusal(404, { code: 404, status: 'NOT_FOUND', message: '' })],
  [
    'creates in batches',
    refusal(400, {
      ...{ code: 400, status: 'INVALID_ARGUMENT', message: '' },
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ field: 'calls[0]', description: '' }],
        },
      ],
    }),
  ],
])('asks a server without %s once, and sends single calls from then on', async (_, answer) => {
  const { lro, paths } = await client((path) => (path === BATCH ? answer.clone() : undefined));
  expect(await three(lro)).toEqual(names);
  expect(await three(lro)).toEqual(names);
  expect(paths.filter((path) => path === BATCH)).toHaveLength(1);
});

it('retries alone what a batch answers with UNAVAILABLE, and the batch if it has no answer', async () => {
  let batches = 0;
  const { lro, paths } = await client((path, body) => {
    if (path !== BATCH) return undefined;
    if (++batches === 1) return refusal(503, { code: 503, status: 'UNAVAILABLE', message: '' });
    const answers = JSON.parse(body).calls.map((call: { create: { operationId: string } }) =>
      call.create.operationId === 'b'
        ? { error: { code: 503, status: 'UNAVAILABLE', message: '' } }
        : { operation: { name: `operations/${call.create.operationId}` } },
    );
    return Response.json({ answers });
  });
  expect(await three(lro)).toEqual(names);
  expect(paths).toEqual([BATCH, BATCH, '/v1/operations']);
});

it('retries a create not before the time that its answer in the batch gives', async () => {
  const times: number[] = [];
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '20s' }];
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  const lro = createOperations({
    url: 'http://localhost',
    fetch: async (url) => {
      times.push(performance.now());
      const busy = { error: { code: 503, status: 'UNAVAILABLE', message: '', details } };
      const done = { operation: { name: 'operations/a' } };
      return Response.json(
        String(url).endsWith(BATCH) ? { answers: [busy, done] } : { name: 'operations/b' },
      );
    },
  });
  let made: readonly string[] | undefined;
  void Promise.all([lro.create(page, { text: '' }), lro.create(page, { text: '' })]).then((handles) => {
    made = handles.map(({ name }) => name);
  });
  const names = await until('both operations', async () => {
    await vi.runAllTimersAsync();
    return made;
  });
  expect(names).toEqual(['operations/b', 'operations/a']);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(20_000);
});
