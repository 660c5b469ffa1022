/** A worker that starts before its server, or whose settings are wrong. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { operation, serve } from 'lro-orchestrator/worker';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../local/emulators/ports.ts';
import { ApiError } from '../../shared/client/api-error.ts';
import { type Connecting, untilConnected } from '../../shared/worker/connecting.ts';
import { ManualClock } from './fake-orchestrator.ts';
import { slow } from './served-operations.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const REFUSED = new ApiError('UNAVAILABLE', 'connect ECONNREFUSED');

describe('a worker that is not connected', () => {
  /** Tries whose outcomes a test gives, on a clock that it moves. */
  function trying(outcome: (tries: number) => Promise<void>, timeoutMs = Number.POSITIVE_INFINITY) {
    const clock = new ManualClock();
    const stop = new AbortController();
    const logged: { message: string; fields: Record<string, unknown> }[] = [];
    const note = (message: string, fields: object = {}) =>
      void logged.push({ message, fields: fields as Record<string, unknown> });
    const limits: Parameters<Connecting['connect']>[0][] = [];
    const connected = untilConnected({
      connect: (given) => outcome(limits.push(given)),
      ...{ address: 'http://server:8080', timeoutMs, signal: stop.signal, clock },
      log: { debug: note, info: note, warn: note, error: note },
    });
    connected.catch(() => {});
    const pass = async (ms: number, stepMs = 250) => {
      for (let passed = 0; passed < ms; passed += stepMs) {
        await new Promise((resolve) => setImmediate(resolve));
        clock.advance(stepMs);
      }
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { connected, pass, logged, limits, stop };
  }

  it('tries until it is, and says at growing distances why it waits', async () => {
    let isUp = false;
    const { connected, pass, logged, limits } = trying(async () => {
      if (!isUp) throw REFUSED;
    });
    await pass(250_000);
    expect(logged.map(({ fields }) => fields.waitedMs)).toEqual(
      [1, 3, 7, 15, 31, 63, 123, 183, 243].map((seconds) => seconds * 1_000),
    );
    expect(logged[0]).toMatchObject({
      message: 'the worker is not connected yet, and keeps trying',
      fields: { url: 'http://server:8080', reason: 'connect ECONNREFUSED' },
    });
    // At most five seconds apart, and at least half of that.
    expect(limits.length).toBeGreaterThan(50);
    expect(limits.length).toBeLessThan(110);
    isUp = true;
    await pass(5_250);
    await connected;
    expect(logged.at(-1)).toMatchObject({ message: 'the worker is connected' });
  });

  it('says nothing if the first try succeeds', async () => {
    const { connected, pass, logged } = trying(async () => {});
    await connected;
    await pass(5_000);
    expect(logged).toEqual([]);
  });

  it.each([4, 8, 14, 'UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED'])(
    'tries again after %s',
    async (code) => {
      const { connected, pass } = trying(async (tries) => {
        if (tries < 3) throw Object.assign(new Error('later'), { code });
      });
      await pass(2_000);
      await connected;
    },
  );

  it.each([5, 7, 16, 'NOT_FOUND', 'PERMISSION_DENIED', 'UNAUTHENTICATED', undefined])(
    'gives up at once after %s',
    async (code) => {
      const error = Object.assign(new Error('no'), { code });
      const { connected, limits } = trying(() => Promise.reject(error));
      await expect(connected).rejects.toBe(error);
      expect(limits).toHaveLength(1);
    },
  );

  it('gives up after its timeout, with the address, the tries and the last reason', async () => {
    const { connected, pass, limits } = trying(() => Promise.reject(REFUSED), 60_000);
    await pass(59_750);
    const tries = limits.length;
    await pass(500);
    await expect(connected).rejects.toMatchObject({
      ...{ name: 'ApiError', code: 'UNAVAILABLE', cause: REFUSED },
      message: expect.stringMatching(
        /^the worker could not connect to http:\/\/server:8080 within 60 s, in \d+ tries: connect ECONNREFUSED$/,
      ),
    });
    expect(limits.length - tries).toBeLessThanOrEqual(1);
    expect(limits.at(-1)?.timeoutMs).toBeLessThanOrEqual(10_000);
  });

  it.each([
    ['during a try', () => new Promise<void>(() => {})],
    ['between two tries', () => Promise.reject(REFUSED)],
  ])('ends at once when it is stopped %s', async (_, outcome) => {
    const { connected, pass, stop, limits } = trying(outcome);
    await pass(20_000);
    const tries = limits.length;
    stop.abort(new Error('stopped'));
    await expect(connected).rejects.toThrow('stopped');
    await pass(20_000);
    expect(limits).toHaveLength(tries);
  });
});

describe('serve', () => {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).reverse()) await clean();
  });
  const worker = operation(slow).steps({ start: () => ({ attempt: 1 }) });
  const OPTIONS = { handleSignals: false, log: SILENT } as const;

  async function answering(status: number, body: string): Promise<string> {
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each([
    [404, '<html>Not Found</html>'],
    [401, ''],
    [403, ''],
    [200, '<html>Welcome</html>'],
    [302, ''],
  ])('rejects at once and names the URL if something else answers with %i', async (status, body) => {
    const url = await answering(status, body);
    const call = `GET ${url}/v1/projects/local/subscriptions/operation-signals-local`;
    await expect(serve([worker], { url, ...OPTIONS })).rejects.toMatchObject({
      name: 'ApiError',
      message: `${call} was answered with HTTP ${status}, but not by the API`,
    });
  });

  it.each([
    ['0s', 'connectTimeout'],
    [5, 'connectTimeout: must be a number and one of ms, s, m, h, d'],
    ['soon', 'connectTimeout: must be a number and one of ms, s, m, h, d'],
  ])('with a connectTimeout of %s rejects', async (connectTimeout, message) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const options = { url, ...OPTIONS, connectTimeout: connectTimeout as '1s' };
    await expect(serve([worker], options)).rejects.toThrow(connectTimeout === '0s' ? 'within 0 s' : message);
  });

  it('rejects with the reason of a signal that is aborted before it is connected', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const stop = new AbortController();
    const serving = serve([worker], {
      url,
      ...OPTIONS,
      signal: stop.signal,
      connectTimeout: Number.POSITIVE_INFINITY,
    });
    setTimeout(() => stop.abort(new Error('stopped')), 50);
    await expect(serving).rejects.toThrow('stopped');
  });
});
