import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileSource, Executor, VirtualClock } from '../../executor/index.ts';
import { decodeJson } from '../../executor/values/json-decoder.ts';
import { errorOf, resultOf } from './run.ts';
import { sendJson, startWebServer, type WebServer } from './web-server.ts';

const FOLDER = new URL('../../executor/examples/', import.meta.url);

function example(name: string): string {
  return readFileSync(new URL(`${name}.yaml`, FOLDER), 'utf8');
}

describe('the examples', () => {
  let server: WebServer;
  let busy: number;

  beforeEach(async () => {
    busy = 0;
    server = await startWebServer(({ url }, response) => {
      if (url === '/missing') return sendJson(response, 404, {});
      if (url === '/busy' && busy-- > 0) return sendJson(response, 503, {});
      return sendJson(response, 200, { name: url });
    });
  });

  afterEach(async () => {
    await server.close();
  });

  it('are all valid', () => {
    const names = readdirSync(FOLDER);
    expect(names).toHaveLength(5);
    for (const name of names) compileSource(readFileSync(new URL(name, FOLDER), 'utf8'));
  });

  it('call an API', async () => {
    expect(await resultOf(example('call-an-api'), JSON.stringify({ url: `${server.url}/x` }))).toBe('/x');
  });

  it('loop over a list', async () => {
    const orders = [
      { id: 'a', amount: 40 },
      { id: 'b', amount: 10, cancelled: true },
      { id: 'c', amount: 50 },
      { id: 'd', amount: 20 },
    ];
    const result = await resultOf(example('loop-over-a-list'), JSON.stringify({ orders, budget: 100 }));
    expect(result).toEqual({ accepted: ['a@0', 'c@2'], total: 90 });
  });

  it('fetch in parallel', async () => {
    const urls = [`${server.url}/a`, `${server.url}/missing`, `${server.url}/b`];
    expect(await resultOf(example('parallel-fetch'), JSON.stringify({ urls }))).toEqual({
      bodies: { [`${server.url}/a`]: { name: '/a' }, [`${server.url}/b`]: { name: '/b' } },
      failures: { [`${server.url}/missing`]: 'HTTP server responded with error code 404' },
    });
  });

  it('retry with backoff', async () => {
    busy = 3;
    const argument = JSON.stringify({ url: `${server.url}/busy` });
    expect(await resultOf(example('retry-with-backoff'), argument)).toEqual([
      { name: '/busy' },
      { name: '/busy' },
    ]);
    busy = 1000;
    expect(await errorOf(example('retry-with-backoff'), argument)).toMatchObject({ code: 503 });
  });

  it('wait for a callback', async () => {
    const urls: string[] = [];
    const executor = new Executor({
      clock: new VirtualClock({ auto: false }),
      onLog: ({ data }) => {
        if (data instanceof Map) urls.push(String(data.get('answer_at')));
      },
    });
    executor.deploy('callback', example('callback'));
    const execution = executor.createExecution('callback', { argument: '{"question":"go?","timeout":3600}' });
    await expect.poll(() => urls.length).toBe(1);
    const path = new URL(urls[0] ?? '').pathname;
    const request = new Map([['http_request', new Map([['body', decodeJson('{"approved":true}')]])]]);
    expect(executor.callbacks.deliver(path, 'POST', request)).toBe('delivered');
    await execution.done;
    expect(execution.result).toBe('{"approved":true}');
    await executor.close();
  });

  it('wait for a callback that does not come', async () => {
    const result = await resultOf(example('callback'), '{"question":"go?","timeout":3600}');
    expect(result).toBe('nobody answered');
  });
});
