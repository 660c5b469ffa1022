/** The workflow file itself, in the executor on virtual time, beside services that a test answers for. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Executor, VirtualClock } from '../../executor/index.ts';
import { type HttpServer, serve } from '../../local/http-server.ts';

const FILE = new URL('../../workflows/parallel-poll.yaml', import.meta.url);

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: whatever the workflow sent
  readonly body: any;
}

type Answer = readonly [status: number, body: object];

describe('parallel-poll.yaml', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function run(
    answer: (call: Call, index: number) => Answer,
    externals: object[] = [],
    more: object = {},
  ) {
    const calls: Call[] = [];
    const server: HttpServer = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk) => chunks.push(chunk))
        .on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const { method = '', url = '', headers } = request;
          const call = { method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) };
          calls.push(call);
          const [status, body] = answer(call, calls.filter(({ path }) => path === call.path).length);
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        });
    });
    const tokens: object[] = [];
    const clock = new VirtualClock();
    const executor = new Executor({
      clock,
      authorize: async (auth) => {
        if (auth instanceof Map) tokens.push(Object.fromEntries(auth));
        return {};
      },
    });
    ends.push(server.stop, () => executor.close());
    executor.deploy('parallel-poll', await readFile(FILE, 'utf8'));
    const startTime = clock.now() / 1000;
    const args = {
      ...{ operationId: 'parent', waitId: 'w', method: 'm', startTime, sleep: 0, timeout: 60 },
      ...{
        pollFrequency: 10,
        pollGrowth: 0.25,
        resumeUrl: `${server.url}/resume`,
        resumeAudience: server.url,
      },
      operations: externals.map((external) => ({
        endpoint: server.url,
        audience: 'a',
        auth: 'OIDC',
        ...external,
      })),
      ...more,
    };
    const execution = await executor.run('parallel-poll', { argument: JSON.stringify(args) });
    return { execution, calls, tokens, lasted: clock.now() / 1000 - startTime };
  }

  const PENDING: Answer = [200, { resumed: false, reason: 'PENDING' }];
  const RESUMED: Answer = [200, { resumed: true, cause: 'CHILDREN' }];
  const DONE: Answer = [200, { done: true, response: {} }];

  it('asks resume with the header until the wait is over', async () => {
    const { execution, calls } = await run((_, index) => (index < 3 ? PENDING : RESUMED));
    expect(execution.state).toBe('SUCCEEDED');
    expect(calls).toHaveLength(3);
    for (const { method, headers, body } of calls) {
      expect(method).toBe('POST');
      expect(headers['x-alis-operation-id']).toBe('parent');
      expect(body).toEqual({ waitId: 'w', data: { ifDue: true, children: [] } });
    }
  });

  it('asks a last time at the deadline, and sleeps first', async () => {
    const { lasted } = await run((_, index) => (index < 3 ? PENDING : RESUMED), [], { sleep: 45 });
    expect(lasted).toBeCloseTo(60, 0);
  });

  it.each([
    [404, 'NOT_FOUND'],
    [200, 'TERMINAL'],
  ])('ends where there is no wait any more (%s)', async (status, reason) => {
    const { execution } = await run(() => [status, { resumed: false, reason }]);
    expect(JSON.parse(execution.result ?? '')).toMatchObject({ resumed: false, reason });
  });

  it('retries the call of resume, and continues if no answer comes', async () => {
    const { execution, calls } = await run((_, index) => (index < 9 ? [503, {}] : RESUMED));
    expect(execution.state).toBe('SUCCEEDED');
    expect(calls).toHaveLength(9);
  });

  it('reports what became of children of other services, and asks the pending ones again', async () => {
    const answer = ({ path, body }: Call, index: number): Answer => {
      if (path === '/resume') return index < 2 ? PENDING : RESUMED;
      if (body.name === 'quick' || index > 2) return DONE;
      return [200, { done: false }];
    };
    const { calls } = await run(answer, [
      { key: 'k1', name: 'quick' },
      { key: 'k2', name: 'slow' },
    ]);
    const reports = calls.filter(({ path }) => path === '/resume').map(({ body }) => body.data.children);
    expect(reports).toEqual([
      [{ key: 'k1', outcome: 'SUCCEEDED', response: {} }],
      [{ key: 'k2', outcome: 'SUCCEEDED', response: {} }],
    ]);
  });

  it("asks services with OIDC, and Google's own APIs with OAuth 2.0 in the REST form", async () => {
    const { calls, tokens } = await run(
      ({ path }) => (path === '/resume' ? RESUMED : DONE),
      [
        { key: 'k1', name: 'operations/mine' },
        { key: 'k2', name: 'projects/p/operations/o', auth: 'OAuth2' },
      ],
    );
    const polls = calls
      .filter(({ path }) => path !== '/resume')
      .map(({ method, path }) => `${method} ${path}`);
    expect(polls.sort()).toEqual([
      'GET /v1/projects/p/operations/o',
      'POST /google.longrunning.Operations/GetOperation',
    ]);
    expect(tokens).toContainEqual(expect.objectContaining({ type: 'OIDC', audience: 'a' }));
    expect(tokens).toContainEqual(expect.objectContaining({ type: 'OAuth2' }));
  });
});
