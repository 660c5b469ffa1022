/** The small parts of shared/http, each by itself. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { withinLimit } from '../../shared/http/call-limit.ts';
import { callerGone } from '../../shared/http/caller-gone.ts';
import { sendJson } from '../../shared/http/json-answer.ts';
import { ownPagesOnly } from '../../shared/http/own-pages-only.ts';
import { brokenRequest, sendRefusal } from '../../shared/http/refusal.ts';
import { behindPlainTargets } from '../../shared/http/request-target.ts';
import { until } from '../setup/until.ts';
import { rawRequest } from './raw-request.ts';

afterEach(() => void vi.useRealTimers());

async function serving<T>(listener: RequestListener, use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it('the host of an absolute target counts, and not the one in the header', async () => {
  const listener = behindPlainTargets((request, response) =>
    ownPagesOnly(request, response, () => void response.end(`${request.headers.host} ${request.url}`)),
  );
  await serving(listener, async (port) => {
    expect((await rawRequest(port, `http://localhost:${port}/a?b`)).body).toContain(`localhost:${port} /a?b`);
    expect((await rawRequest(port, `http://localhost:${port}?b`)).body).toContain(`localhost:${port} /?b`);
    expect((await rawRequest(port, `http://evil.example:${port}/a`)).status).toBe(403);
  });
});

it.each([
  ['a result', (response: Parameters<RequestListener>[1]) => sendJson(response, '{"a":1}'), 200],
  ['a refusal', (response: Parameters<RequestListener>[1]) => sendRefusal(response, brokenRequest(400)), 400],
])('the answer to HEAD is %s with the length of its body, and without it', async (_, answer, status) => {
  await serving(
    (_request, response) => answer(response),
    async (port) => {
      const whole = await fetch(`http://127.0.0.1:${port}/`);
      const head = await rawRequest(port, '/', { method: 'HEAD' });
      expect([whole.status, head.status]).toEqual([status, status]);
      expect(head.head).toMatch(new RegExp(`content-length: ${(await whole.text()).length}`, 'i'));
      expect(head.body).toBe('');
    },
  );
});

it('a caller has gone if it leaves before its answer, and not after it', async () => {
  const signals: AbortSignal[] = [];
  let closed = 0;
  const listener: RequestListener = (request, response) => {
    response.once('close', () => closed++);
    signals.push(callerGone(response)());
    if (request.url === '/answered') response.end();
  };
  await serving(listener, async (port) => {
    await fetch(`http://127.0.0.1:${port}/answered`, { headers: { connection: 'close' } });
    await until('the end of the answer', () => closed === 1);
    const leaving = new AbortController();
    const left = fetch(`http://127.0.0.1:${port}/left`, { signal: leaving.signal }).catch(() => 'left');
    await until('the second call', () => signals.length === 2);
    leaving.abort();
    expect(await left).toBe('left');
    await until('the end of the connection', () => closed === 2);
  });
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
});

it('a call within its limit leaves no timer, whether it succeeds or fails', async () => {
  vi.useFakeTimers();
  await withinLimit('a call', async () => 1);
  await expect(withinLimit('a call', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(vi.getTimerCount()).toBe(0);
});
