import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { createOperations, type Operations } from 'lro-orchestrator';
import { type HandlerOptions, handler, operation } from 'lro-orchestrator/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { runProgram } from '../setup/run-program.ts';
import { until } from '../setup/until.ts';
import { page, slow } from './served-operations.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const bearer = (email: string) => ({
  authorization: `Bearer h.${Buffer.from(email).toString('base64url')}.s`,
});
const ACCOUNT = 'push@example.iam.gserviceaccount.com';

type Handler = ReturnType<typeof handler>;
const plainServer = (handle: Handler): Server => createServer(handle);
function frameworkServer(handle: Handler): Server {
  http('pushed-worker', handle);
  return getTestServer('pushed-worker');
}

describe('a push handler', () => {
  let system: LocalSystem;
  beforeAll(async () => {
    system = await startEmbeddedSystem({ push: true });
  });
  afterAll(() => system.stop());

  const worker = operation(page).steps({ start: (op) => ({ url: op.input.page }) });
  async function serving(
    options: HandlerOptions,
    use: (url: string) => Promise<void>,
    serverOf: typeof plainServer = plainServer,
  ) {
    const whole = { url: system.url, log: SILENT, handleSignals: false, ...options };
    const server = serverOf(handler([worker], whole));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).finally(() => server.close());
  }
  const post = (url: string, body: string, headers = {}) =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

  it.each([
    ['a server of Node', plainServer],
    ['the functions-framework, which has read the body', frameworkServer],
  ])(
    'in %s runs the step that a push hands over, and answers when it has ended',
    async (_where, serverOf) => {
      const played = async (url: string) => {
        const lro = createOperations({ url: system.url });
        const signal = new Promise<string>((resolve) => {
          void system.follow('operation-signals', async ({ data, attributes }) => {
            resolve(JSON.stringify({ message: { data: Buffer.from(data).toString('base64'), attributes } }));
          });
        });
        const { name } = await lro.create(page, { page: 'a' });
        const push = await signal;
        expect((await post(url, push)).status).toBe(204);
        expect(await lro.get(name)).toMatchObject({ done: true, response: { url: 'a' } });
        // A repeat finds that the attempt has ended.
        expect((await post(url, push)).status).toBe(204);
      };
      await serving({ authentication: 'none' }, played, serverOf);
    },
  );

  it('leaves unknown signals to other workers, and refuses requests that are not pushes', async () => {
    await serving({ authentication: 'none' }, async (url) => {
      const signal = { kind: 'START', operation: 'operations/x', method: 't.v1.Unknown', attempt: '1' };
      const data = Buffer.from(JSON.stringify(signal)).toString('base64');
      expect((await post(url, JSON.stringify({ message: { data } }))).status).toBe(429);
      for (const body of [
        'no push',
        '5',
        '{"message":5}',
        '{"message":[]}',
        '{"message":{"attributes":null}}',
      ])
        expect((await post(url, body)).status).toBe(400);
    });
  });

  it('asks for the push again if the keys of tokens cannot be fetched', async () => {
    const verifySignature = async () => {
      throw new Failure('unavailable', 'no keys');
    };
    await serving({ serviceAccount: ACCOUNT, verifySignature }, async (url) => {
      expect((await post(url, '{}', bearer(ACCOUNT))).status).toBe(503);
    });
  });

  it('drops a message that names no operation', async () => {
    await serving({ authentication: 'none' }, async (url) => {
      for (const operation of [undefined, 5]) {
        const signal = { kind: 'START', operation, method: page.method, attempt: '1', leaseDuration: '60s' };
        const data = Buffer.from(JSON.stringify(signal)).toString('base64');
        expect((await post(url, JSON.stringify({ message: { data } }))).status).toBe(204);
      }
    });
  });

  it('leaves a signal with an unknown step to other workers at each push', async () => {
    await serving({ authentication: 'none' }, async (url) => {
      const { name } = await createOperations({ url: system.url }).create(page, { page: 'a' });
      const signal = {
        kind: 'START',
        operation: name,
        method: page.method,
        attempt: '1',
        resumePoint: 'new',
      };
      const data = Buffer.from(JSON.stringify(signal)).toString('base64');
      const body = JSON.stringify({ message: { data, attributes: { operation: name, eventId: 'e' } } });
      const statuses: number[] = [];
      for (let round = 0; round < 12; round++) statuses.push((await post(url, body)).status);
      expect(new Set(statuses)).toEqual(new Set([429]));
    });
  });

  it('publishes the events that the orchestrator does not take over one connection', async () => {
    let published = 0;
    let connections = 0;
    const down = createServer((request, response) => {
      const isPublish = request.url?.endsWith(':publish') ?? false;
      if (isPublish) published += 1;
      request.resume().once('end', () => response.writeHead(isPublish ? 200 : 403).end('{}'));
    });
    down.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => down.listen(0, '127.0.0.1', resolve));
    const options: HandlerOptions = {
      url: `http://127.0.0.1:${(down.address() as AddressInfo).port}`,
      authentication: 'none',
    };
    await serving(options, async (url) => {
      const input = { '@type': 'type.googleapis.com/google.protobuf.Struct', value: { page: 'a' } };
      for (const attempt of ['1', '2', '3']) {
        const signal = { kind: 'START', operation: 'operations/x', method: page.method, attempt, input };
        const data = Buffer.from(JSON.stringify(signal)).toString('base64');
        expect((await post(url, JSON.stringify({ message: { data } }))).status).toBe(204);
      }
    }).finally(() => down.close());
    expect(published).toBe(3);
    // One of the Operations API, one of Pub/Sub.
    expect(connections).toBe(2);
  });

  it('survives a push whose connection closes in the middle of the body', async () => {
    await serving({ authentication: 'none' }, async (url) => {
      const { port, hostname } = new URL(url);
      const cut = connect(Number(port), hostname);
      const head = ['POST / HTTP/1.1', 'host: a', 'content-length: 100', 'expect: 100-continue', '', ''];
      cut.write(head.join('\r\n'));
      // The server has begun to read the body.
      await once(cut, 'data');
      cut.destroy();
      expect((await post(url, 'no push')).status).toBe(400);
    });
  });

  it('takes pushes of its service account only', async () => {
    const claims = {
      iss: 'https://accounts.google.com',
      aud: 'a',
      exp: Date.now() / 1000 + 60,
      email_verified: true,
    };
    const verifySignature = async (token: string) => ({
      ...claims,
      email: Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    });
    await serving({ serviceAccount: ACCOUNT, audience: 'a', verifySignature }, async (url) => {
      expect((await post(url, '{}')).status).toBe(401);
      expect((await post(url, '{}', bearer('other@example.com'))).status).toBe(403);
      expect((await post(url, '{}', bearer(ACCOUNT))).status).toBe(400);
    });
    expect(() => handler([], { url: system.url })).toThrow('serviceAccount is required');
  });
});

describe('a push handler that stops', () => {
  let system: LocalSystem;
  let lro: Operations;
  const pushes: { readonly text: string; readonly attempt: string | undefined }[] = [];
  const cleanUp: (() => unknown)[] = [];
  beforeAll(async () => {
    system = await startEmbeddedSystem({ push: true });
    lro = createOperations({ url: system.url });
    await system.follow('operation-signals', async ({ data, attributes }) => {
      const text = JSON.stringify({ message: { data: Buffer.from(data).toString('base64'), attributes } });
      pushes.push({ text, attempt: attributes.attempt });
    });
  });
  afterAll(async () => {
    for (const clean of cleanUp) await clean();
    await system.stop();
  });

  /** Creates an operation that may be tried once, and returns its START as a push. */
  async function created() {
    pushes.length = 0;
    const handle = await lro.create(slow, { ms: 0 }, { dispatch: { maxTries: 1 } });
    await until('the START', () => pushes.length === 1);
    return { handle, push: pushes[0]?.text ?? '' };
  }
  const post = async (url: string, body: string) => (await fetch(url, { method: 'POST', body })).status;
  const givenBack = () =>
    until('the START of attempt 2', () => pushes.some(({ attempt }) => attempt === '2'));

  it('gives back what runs after graceTime, answers its push, and takes no other', async () => {
    const { push } = await created();
    let begun = 0;
    const endless = operation(slow).steps({
      start: (op) =>
        new Promise((_, reject) => {
          begun++;
          op.signal.addEventListener('abort', () => reject(op.signal.reason));
        }),
    });
    const options = { url: system.url, log: SILENT, authentication: 'none', handleSignals: false } as const;
    const handle = handler([endless], { ...options, graceTime: '50ms' });
    const server = createServer(handle);
    cleanUp.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    let answer: number | undefined;
    void post(url, push).then((status) => {
      answer = status;
    });
    await until('the step to begin', () => begun === 1);
    await handle.stop();
    await until('the answer', () => answer === 204);
    await givenBack();
    expect(await post(url, pushes.at(-1)?.text ?? '')).toBe(429);
    expect(begun).toBe(1);
  });

  it('at SIGTERM gives back what runs, and ends the process', async () => {
    const { push } = await created();
    const child = spawn(process.execPath, runProgram('test/worker/pushed-worker.ts'), {
      env: { ...process.env, OPERATIONS_URL: system.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanUp.push(() => child.kill('SIGKILL'));
    let printed = '';
    child.stdout.on('data', (text) => {
      printed += text;
    });
    const port = await until('the port', () => /port (\d+)/.exec(printed)?.[1]);
    const answer = post(`http://127.0.0.1:${port}`, push);
    await until('the step to begin', () => printed.includes('begun'));
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await answer).toBe(204);
    await givenBack();
  });
});
