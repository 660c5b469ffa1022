/** The thread that renews leases, against a server that takes notes. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Authorization } from '../../shared/client/http-api.ts';
import { BOARD } from '../../shared/worker/lease-board.ts';
import { ThreadLeases } from '../../shared/worker/thread-leases.ts';
import { until } from '../setup/until.ts';

/** A third of it, after which a lease is renewed, is longer than the time between two looks at the leases. */
const LEASE_MS = 3_000;
/** Long enough to tell the order of renewals on a busy machine: an interval is a third of it. */
const LONG_LEASE_MS = 9_000;
const SLOW_MS = 900;

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanUp.splice(0)) clean();
});

/** The error of the Operations API with an HTTP status. */
const ERRORS: Readonly<Record<number, object>> = {
  400: { status: 'INVALID_ARGUMENT' },
  404: { status: 'NOT_FOUND', details: [{ reason: 'OPERATION_NOT_FOUND' }] },
  409: { status: 'ABORTED' },
};
/** Of a gateway in front of the API. */
const NO_ROUTE = { status: 'NOT_FOUND', message: 'no route' };

/** `answer` is the status of a renewal, or undefined for one that is never answered. */
async function leasesAt(
  answer: (id: string, count: number) => number | undefined = () => 200,
  maxBlockedMs = 600_000,
  authorization: Authorization = async () => undefined,
) {
  /** The attempts of the renewals, by operation id. */
  const renewed = new Map<string, number[]>();
  const authorized: (string | undefined)[] = [];
  const server: Server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const id = /^\/v1\/operations\/(.*):heartbeat$/.exec(request.url ?? '')?.[1] ?? '';
    authorized.push(request.headers.authorization);
    renewed.set(id, [...(renewed.get(id) ?? []), JSON.parse(text).attempt]);
    const status = answer(id, renewed.get(id)?.length ?? 0);
    if (status === undefined) return;
    if (id.startsWith('slow')) await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    if (request.headers.authorization === 'old') return response.writeHead(401).end('<html>');
    response.writeHead(status, { 'content-type': 'application/json' });
    const error = id === 'misrouted' ? NO_ROUTE : ERRORS[status];
    response.end(JSON.stringify({ cancelRequested: id === 'cancelled', error }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const logged: string[] = [];
  const note = (message: string) => void logged.push(message);
  const leases = new ThreadLeases({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    workerName: 'w1',
    maxBlockedMs,
    authorization,
    log: { debug: note, info: note, warn: note, error: note },
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
  const isRenewed = (id: string, times: number) => (renewed.get(id)?.length ?? 0) >= times;
  return { keep, renewed, told, logged, isRenewed, authorized };
}

it('renews many leases, each until it is released, and a later lease in the same place for its own operation', async () => {
  const { keep, renewed, isRenewed } = await leasesAt();
  const ids = Array.from(
    { length: BOARD.slots + 44 },
    (_, index) => `op-${index}.${'x'.repeat(index % 100)}`,
  );
  const releases = ids.map((id, index) => keep(id, index + 1));
  await until('every lease to be renewed', () => ids.every((id) => isRenewed(id, 1)));
  for (const [index, id] of ids.entries()) expect(new Set(renewed.get(id))).toEqual(new Set([index + 1]));
  for (const release of releases.slice(0, 150)) release();
  keep('later', 7);
  const kept = [...ids.slice(150), 'later'];
  renewed.clear();
  await until('what was on its way at the release to arrive', () => kept.every((id) => isRenewed(id, 2)));
  renewed.clear();
  await until('the rest and the later lease to be renewed', () => kept.every((id) => isRenewed(id, 2)));
  expect([...renewed.keys()].sort()).toEqual(kept.sort());
  expect(new Set(renewed.get('later'))).toEqual(new Set([7]));
});

it('tells of a lost lease once and renews it no more, and tells of a cancel and goes on', async () => {
  const { keep, renewed, told, isRenewed } = await leasesAt((id) => (id === 'lost' ? 409 : 200));
  keep('lost', 1);
  keep('cancelled', 2);
  await until('the cancelled one to be renewed three times', () => isRenewed('cancelled', 3));
  expect(renewed.get('lost')).toEqual([1]);
  expect(told.filter((one) => one === 'lost: LEASE_LOST')).toHaveLength(1);
  expect(told).toContain('cancelled: CANCEL');
});

it('tells of a lease of an operation that is gone, and goes on where another server answers for a moment', async () => {
  const statuses: Readonly<Record<string, number>> = { gone: 404, misrouted: 404, refused: 400 };
  const { keep, renewed, told, isRenewed } = await leasesAt((id) => statuses[id] ?? 200);
  for (const id of ['gone', 'misrouted', 'refused']) keep(id, 1);
  await until('the misrouted one to be renewed three times', () => isRenewed('misrouted', 3));
  expect(told.toSorted()).toEqual(['gone: LEASE_LOST', 'refused: LEASE_LOST']);
  expect([renewed.get('gone'), renewed.get('refused')]).toEqual([[1], [1]]);
});

it('tells nothing of a lease that was released', async () => {
  const { keep, renewed, told, isRenewed } = await leasesAt((id) => (id === 'released' ? 409 : 200));
  keep('released', 1)();
  keep('other', 1);
  await until('the other to be renewed', () => isRenewed('other', 2));
  expect(renewed.has('released')).toBe(false);
  expect(told).toEqual([]);
});

it('a renewal that is never answered delays the next one by no interval', async () => {
  const { keep, renewed, isRenewed } = await leasesAt((id, count) =>
    id === 'unanswered' && count === 1 ? undefined : 200,
  );
  keep('unanswered', 1, LONG_LEASE_MS);
  keep('answered', 1, LONG_LEASE_MS);
  await until('the second renewal', () => isRenewed('unanswered', 2));
  expect(renewed.get('answered')?.length).toBeLessThan(3);
});

it('tells a main thread that was blocked for too long, and goes on, that its lease is lost, and why', async () => {
  const { keep, told, logged } = await leasesAt(() => 409, 1_500);
  keep('blocked', 1);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000);
  await until('the lost lease', () => told.includes('blocked: LEASE_LOST'));
  await until('the line about it', () => logged.some((line) => line.includes('longer than maxBlocked')));
});

it('asks for another token where the server refuses one, and renews the lease with it', async () => {
  const tokens: (string | undefined)[] = [];
  const { keep, isRenewed, authorized } = await leasesAt(undefined, undefined, async (refused) => {
    tokens.push(refused);
    return refused === undefined ? 'old' : 'new';
  });
  keep('refused', 1);
  await until('the third renewal', () => isRenewed('refused', 3));
  expect(tokens).toEqual([undefined, 'old']);
  expect(authorized.slice(0, 3)).toEqual(['old', 'new', 'new']);
});

it('renews the leases of a slow server without running out of memory', async () => {
  const { keep, renewed } = await leasesAt();
  for (let lease = 1; lease <= 1_000; lease++) keep(`slow-${lease}`, 1);
  await until('1,500 renewals', () => [...renewed.values()].flat().length > 1_500);
});
