/** The thread that renews leases, against a server that takes notes. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Authorization } from '../../shared/client/http-api.ts';
import { ThreadLeases } from '../../shared/worker/thread-leases.ts';
import { until } from '../setup/until.ts';

/** A third of it, after which a lease is renewed, is longer than the time between two looks at the leases. */
const LEASE_MS = 3_000;
/** Long enough to tell the order of renewals on a busy machine. */
const INTERVAL_MS = 3_000;
const SLOW_MS = 900;

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanUp.splice(0)) clean();
});

/** `answer` is the status of a renewal, or undefined for one that is never answered. */
async function leasesAt(
  answer: (id: string, count: number) => number | undefined = () => 200,
  maxBlockedMs = 600_000,
  authorization: Authorization = async () => undefined,
) {
  /** The attempts of the renewals, by operation id. */
  const renewed = new Map<string, number[]>();
  const times: number[] = [];
  const server: Server = createServer(async (request, response) => {
    times.push(performance.now());
    let text = '';
    for await (const chunk of request) text += chunk;
    const id = /^\/v1\/operations\/(.*):heartbeat$/.exec(request.url ?? '')?.[1] ?? '';
    renewed.set(id, [...(renewed.get(id) ?? []), JSON.parse(text).attempt]);
    const status = answer(id, renewed.get(id)?.length ?? 0);
    if (status === undefined) return;
    if (id.startsWith('slow')) await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    if (request.headers.authorization === 'old') return response.writeHead(401).end('<html>');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ cancelRequested: id === 'cancelled' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const leases = new ThreadLeases({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    workerName: 'w1',
    maxBlockedMs,
    authorization,
  });
  cleanUp.push(() => {
    leases.stop();
    server.closeAllConnections();
    server.close();
  });
  const told: string[] = [];
  const keep = (id: string, attempt: number, leaseMs = LEASE_MS) =>
    leases.keep({
      operation: `operations/${id}`,
      attempt,
      leaseMs,
      holder: { abort: (reason) => told.push(`${id}: ${reason}`) },
    });
  /** The time between the first two renewals. */
  const gapMs = async () => {
    await until('the second renewal', () => times.length > 1);
    return (times[1] as number) - (times[0] as number);
  };
  return { keep, renewed, told, gapMs };
}

it('renews many leases, each until it is released, and a later lease in the same place for its own operation', async () => {
  const { keep, renewed } = await leasesAt();
  const ids = Array.from({ length: 600 }, (_, index) => `op-${index}.${'x'.repeat(index % 100)}`);
  const releases = ids.map((id, index) => keep(id, index + 1));
  await until('every lease to be renewed twice', () =>
    ids.every((id) => (renewed.get(id)?.length ?? 0) >= 2),
  );
  for (const [index, id] of ids.entries()) expect(new Set(renewed.get(id))).toEqual(new Set([index + 1]));
  for (const release of releases.slice(0, 300)) release();
  const later = keep('later', 7);
  renewed.clear();
  await until('the rest and the later lease to be renewed twice', () =>
    [...ids.slice(300), 'later'].every((id) => (renewed.get(id)?.length ?? 0) >= 2),
  );
  // A renewal that was on its way at the release may still arrive, and no second one follows it.
  for (const id of ids.slice(0, 300)) expect(renewed.get(id)?.length ?? 0).toBeLessThan(2);
  expect(renewed.get('later')?.[0]).toBe(7);
  later();
});

it('tells of a lost lease once and renews it no more, and tells of a cancel and goes on', async () => {
  const { keep, renewed, told } = await leasesAt((id) => (id === 'lost' ? 409 : 200));
  keep('lost', 1);
  keep('cancelled', 2);
  await until('the cancelled one to be renewed three times', () => renewed.get('cancelled')?.length === 3);
  expect(renewed.get('lost')).toEqual([1]);
  expect(told.filter((one) => one === 'lost: LEASE_LOST')).toHaveLength(1);
  expect(told).toContain('cancelled: CANCEL');
});

it('tells nothing of a lease that was released', async () => {
  const { keep, renewed, told } = await leasesAt((id) => (id === 'released' ? 409 : 200));
  keep('released', 1)();
  keep('other', 1);
  await until('the other to be renewed', () => (renewed.get('other')?.length ?? 0) > 1);
  expect(renewed.has('released')).toBe(false);
  expect(told).toEqual([]);
});

it('a renewal that is never answered delays the next one by no interval', async () => {
  const { keep, gapMs } = await leasesAt((_id, count) => (count === 1 ? undefined : 200));
  keep('unanswered', 1, 3 * INTERVAL_MS);
  expect(await gapMs()).toBeLessThan(1.8 * INTERVAL_MS);
});

it('tells a main thread that was blocked for too long, and goes on, that its lease is lost', async () => {
  const { keep, told } = await leasesAt(() => 409, 1_500);
  keep('blocked', 1);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000);
  await until('the lost lease', () => told.includes('blocked: LEASE_LOST'));
});

it('asks for another token where the server refuses one, and renews the lease with it', async () => {
  const tokens: (string | undefined)[] = [];
  const { keep, renewed, gapMs } = await leasesAt(undefined, undefined, async (refused) => {
    tokens.push(refused);
    return refused === undefined ? 'old' : 'new';
  });
  keep('refused', 1, 3 * INTERVAL_MS);
  expect(await gapMs()).toBeLessThan(1.8 * INTERVAL_MS);
  expect(renewed.get('refused')).toHaveLength(2);
  expect(tokens).toEqual([undefined, 'old']);
});

it('renews the leases of a slow server without running out of memory', async () => {
  const { keep, renewed } = await leasesAt();
  for (let lease = 1; lease <= 1_000; lease++) keep(`slow-${lease}`, 1);
  await until('1,500 renewals', () => [...renewed.values()].flat().length > 1_500);
});
