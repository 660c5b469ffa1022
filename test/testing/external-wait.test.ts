/** Waits for operations of other services in the test system: `fetch` stands for the services. */
import { defineOperation, externalOperation, OperationError } from 'lro-orchestrator';
import { explore, testSystem } from 'lro-orchestrator/testing';
import { operation } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { afterEach, expect, it, vi } from 'vitest';

const HOST = 'builds.example.com';
const ENDPOINT = `https://${HOST}`;
const build = externalOperation({ endpoint: ENDPOINT, response: v.object({ image: v.string() }) });
const deployment = defineOperation('t.v1.Deploy', {
  input: v.object({}),
  response: v.object({ image: v.string() }),
});
const worker = operation(deployment).steps({
  start: (op) => op.spawn([build('operations/b1')], { then: 'end', timeout: '1h', catch: 'missed' }),
  end: async (op) => ({ image: (await op.children(build).one()).image }),
  missed: (op) => {
    throw new OperationError('ABORTED', op.failure?.reason ?? '');
  },
});

const stops: (() => unknown)[] = [() => vi.unstubAllGlobals()];
afterEach(async () => {
  for (const stop of stops.splice(1)) await stop();
  await stops[0]?.();
});

/** Answers the polls with each of `answers` in turn, and then with the last one. Returns the times of the polls. */
async function withService(...answers: readonly [status: number, operation: object][]) {
  const lro = await testSystem({ operations: [worker], allowedHosts: [HOST] });
  stops.push(() => lro.stop());
  const began = lro.now();
  const polledAt: number[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    expect(url).toBe(`${ENDPOINT}/google.longrunning.Operations/GetOperation`);
    expect(JSON.parse(String(init.body))).toEqual({ name: 'operations/b1' });
    const [status, body] = answers[Math.min(polledAt.length, answers.length - 1)] ?? [500, {}];
    polledAt.push((lro.now() - began) / 1_000);
    return Response.json(body, { status });
  });
  return { lro, polledAt };
}

const PENDING = [200, { name: 'operations/b1' }] as const;
const DONE = [200, { name: 'operations/b1', done: true, response: { image: 'v7' } }] as const;

it('ends with the operation of the other service, and polls it in virtual time', async () => {
  const { lro, polledAt } = await withService([...PENDING], [503, {}], [404, {}], [...DONE]);
  expect(await lro.run(deployment, {})).toEqual({ image: 'v7' });
  expect(polledAt).toEqual([0, 10, 20, 30]);
});

it('ends with its error', async () => {
  const failed = { name: 'operations/b1', done: true, error: { code: 5, message: 'no source' } };
  const { lro } = await withService([200, failed]);
  await expect(lro.run(deployment, {})).rejects.toThrow('CHILDREN');
});

it('ends at its deadline if the operation does not end', async () => {
  const { lro, polledAt } = await withService([...PENDING]);
  await expect(lro.run(deployment, {})).rejects.toThrow('DEADLINE');
  expect(polledAt.at(-1)).toBe(3_600);
});

it('stops polling when the operation is cancelled', async () => {
  const { lro, polledAt } = await withService([...PENDING]);
  const handle = await lro.create(deployment, {});
  await lro.advance('1m');
  await handle.cancel();
  await lro.settle();
  const polls = polledAt.length;
  await lro.advance('1h');
  expect(polledAt).toHaveLength(polls);
});

it('is explored with faults', async () => {
  await withService([...DONE]);
  const { runs } = await explore(deployment, {}, { operations: [worker], allowedHosts: [HOST], faults: 1 });
  expect(runs).toBeGreaterThan(5);
});
