import { defineOperation, OperationError } from 'lro-orchestrator';
import { testSystem } from 'lro-orchestrator/testing';
import { operation } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { afterEach, expect, it } from 'vitest';

const page = defineOperation('t.v1.RenderPage', {
  input: v.object({ page: v.string() }),
  response: v.object({ url: v.string() }),
});
const report = defineOperation('t.v1.Report', {
  input: v.object({ pages: v.array(v.string()) }),
  response: v.object({ urls: v.array(v.string()) }),
  notifications: { approval: v.object({ by: v.string() }) },
});
const pages = operation(page).steps({ start: (op) => ({ url: `u/${op.input.page}` }) });

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
async function system(...operations: Parameters<typeof testSystem>[0]['operations'][number][]) {
  const lro = await testSystem({ operations });
  stops.push(() => lro.stop());
  return lro;
}

it('runs one operation', async () => {
  const lro = await system(pages);
  expect(await lro.run(page, { page: 'a' })).toEqual({ url: 'u/a' });
});

it('runs a fan-out', async () => {
  const worker = operation(report).steps({
    start: (op) =>
      op.spawn(
        op.input.pages.map((one) => page({ page: one })),
        { then: 'collect' },
      ),
    collect: async (op) => ({ urls: (await op.children(page).responses()).map(({ url }) => url) }),
  });
  const lro = await system(pages, worker);
  expect(await lro.run(report, { pages: ['a', 'b', 'c'] })).toEqual({ urls: ['u/a', 'u/b', 'u/c'] });
});

it('waits a year in a moment', async () => {
  const worker = operation(report).steps({
    start: (op) => op.sleep('365d', { then: 'end' }),
    end: () => ({ urls: ['late'] }),
  });
  const lro = await system(worker);
  const start = lro.now();
  expect(await lro.run(report, { pages: [] })).toEqual({ urls: ['late'] });
  expect(lro.now() - start).toBeGreaterThanOrEqual(365 * 86_400_000);
});

it('tries a failing step again', async () => {
  const lro = await system(pages);
  lro.failNext(page, { times: 2 });
  const handle = await lro.create(page, { page: 'a' });
  expect(await handle.result()).toEqual({ url: 'u/a' });
  const timeline = await lro.timeline(handle);
  expect(timeline.filter((line) => line.includes('attemptFailed'))).toHaveLength(2);
  expect([timeline[0], timeline.at(-1)]).toEqual([
    '   +0.000s  created  APPLIED',
    expect.stringMatching(/^ +\+\d+\.\d{3}s {2}succeeded {2}attempt 3 {2}APPLIED$/),
  ]);
  lro.failNext(page, { error: new OperationError('NOT_FOUND', 'no such page') });
  await expect(lro.run(page, { page: 'b' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('waits for a notification, or for its deadline', async () => {
  const worker = operation(report).steps({
    start: (op) => op.waitFor('approval', { then: 'approved', catch: 'expired', timeout: '3d' }),
    approved: (op) => ({ urls: [op.notification('approval')?.by ?? ''] }),
    expired: (op) => ({ urls: [op.failure?.reason ?? ''] }),
  });
  const lro = await system(worker);
  const handle = await lro.create(report, { pages: [] });
  await lro.advance('1d');
  await handle.notify('approval', { by: 'ann' });
  expect(await handle.result()).toEqual({ urls: ['ann'] });
  expect(await lro.run(report, { pages: [] })).toEqual({ urls: ['DEADLINE'] });
});

it('names the operation and the step in each line that a step logs, and beside an error that it throws', async () => {
  const lines: [string, object | undefined][] = [];
  const at = (message: string, fields?: object) => lines.push([message, fields]);
  const worker = operation(page).steps({
    start: (op) => {
      op.log.info('begun', { page: op.input.page });
      if (op.try === 1) throw new Error('disk full');
      return { url: 'u' };
    },
  });
  const lro = await testSystem({ operations: [worker], log: { debug: at, info: at, warn: at, error: at } });
  stops.push(() => lro.stop());
  await lro.run(page, { page: 'a' }, { operationId: 'logged' });
  const step = { operation: 'operations/logged', method: page.method, step: 'start' };
  expect(lines).toEqual([
    ['begun', { ...step, attempt: 1, page: 'a' }],
    ['step "start" failed', { ...step, attempt: 1, err: new Error('disk full') }],
    ['begun', { ...step, attempt: 2, page: 'a' }],
  ]);
});

it('logs why a step is tried again, and why the orchestrator refused what a step returned', async () => {
  const lines: [string, object | undefined][] = [];
  const at = (message: string, fields?: object) => lines.push([message, fields]);
  const worker = operation(page).steps({
    start: (op) => {
      if (op.try === 1) throw new OperationError('UNAVAILABLE', 'busy');
      return { url: 'u'.repeat(2_000_000) };
    },
  });
  const lro = await testSystem({ operations: [worker], log: { debug: at, info: at, warn: at, error: at } });
  stops.push(() => lro.stop());
  await expect(lro.run(page, { page: 'a' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  const refused = expect.objectContaining({
    message: expect.stringMatching(/^succeeded\.response: must be/),
  });
  expect(lines).toEqual([
    [
      'step "start" failed, and is tried again',
      expect.objectContaining({ attempt: 1, err: expect.anything() }),
    ],
    [
      'the orchestrator refused the event of step "start"',
      expect.objectContaining({ attempt: 2, err: refused }),
    ],
  ]);
});

it('gives the operation of the first call to a repeated create', async () => {
  const lro = await system(pages);
  const first = await lro.create(page, { page: 'a' }, { operationId: 'a', requestId: 'one' });
  const repeated = await lro.create(page, { page: 'a' }, { operationId: 'a', requestId: 'one' });
  expect(repeated.name).toBe(first.name);
  await expect(lro.create(page, { page: 'a' }, { operationId: 'a', requestId: 'two' })).rejects.toMatchObject(
    {
      reason: 'OPERATION_ALREADY_EXISTS',
    },
  );
});

it('takes an option that is undefined for an absent one', async () => {
  const nothing = undefined;
  const limits = { start: { maxTries: nothing, timeout: nothing } };
  const worker = operation(report, { catch: nothing, concurrency: nothing, steps: limits }).steps({
    start: (op) =>
      op.spawn([page({ page: 'a' }, { key: nothing, timeout: nothing, dispatch: nothing })], {
        ...{ then: 'end', catch: nothing, timeout: nothing, policy: nothing },
        ...{ toleratedFailures: nothing, cancelRest: nothing, pollFrequency: nothing },
      }),
    end: () => ({ urls: [] }),
  });
  const lro = await system(pages, worker);
  const options = { operationId: nothing, requestId: nothing, ttl: nothing, dispatch: { lease: nothing } };
  expect(await lro.run(report, { pages: [] }, options)).toEqual({ urls: [] });
});
