/** What fails in one run of sweep, and what is done all the same. */
import { afterEach, expect, it } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { heartbeatOperation } from '../../shared/orchestrator/heartbeat-operation.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { SweepIncomplete } from '../../shared/orchestrator/sweep-parts.ts';
import { Harness, START, unavailable } from './harness.ts';

const PARENT: OperationName = 'operations/parent';
const UNSENT: OperationName = 'operations/unsent';
const EXPIRED: OperationName = 'operations/expired';
const JOB: OperationName = 'operations/job';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ENDPOINT = 'https://far.example.com';

let store: OperationStore | undefined;
afterEach(() => store?.close());

/** A harness on a store whose methods of these names fail. */
async function withFailing(failing: Set<string>) {
  const real = await openSqliteStore({ now: () => 0 });
  store = real;
  const faulty = new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return failing.has(String(name))
        ? () => Promise.reject(new Failure('unavailable', `${String(name)} failed`))
        : value.bind(target);
    },
  });
  return new Harness(faulty, { defaultTtl: HOUR });
}

/** Leaves one wait whose deadline has passed, one completion that could not be published, and one expired operation. */
async function leaveWork(harness: Harness) {
  await harness.create(EXPIRED);
  await harness.succeed(EXPIRED);
  await harness.create(UNSENT);
  harness.fault = unavailable;
  await harness.succeed(UNSENT).catch(() => undefined);
  harness.fault = () => {};
  await harness.wait(PARENT, ['operations/nobody'], { deadline: START + MINUTE });
  harness.now += 2 * HOUR;
}

const resumed = async (harness: Harness) => harness.resumes(PARENT).length === 1;
const delivered = async (harness: Harness) => harness.completions.some(({ name }) => name === UNSENT);
const removed = async (harness: Harness) => (await harness.store.operation(EXPIRED)) === undefined;

it.each([
  ['backlog', [resumed, delivered, removed]],
  ['noteSweep', [resumed, delivered, removed]],
  ['dueOperations', [delivered, removed]],
  ['dueEffects', [resumed, removed]],
  ['expire', [resumed, delivered]],
])('if %s fails, sweep does all else, and fails at its end', async (method, outcomes) => {
  const failing = new Set<string>();
  const harness = await withFailing(failing);
  await leaveWork(harness);
  failing.add(method);
  const failure: unknown = await sweep(harness.orchestrator).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SweepIncomplete);
  expect(failure).toMatchObject({ kind: 'unavailable', cause: { message: `${method} failed` } });
  for (const outcome of outcomes) expect(await outcome(harness)).toBe(true);
});

it('reports what it has done if a part fails, and no age of the outbox that it does not know', async () => {
  const failing = new Set<string>();
  const harness = await withFailing(failing);
  await leaveWork(harness);
  for (const method of ['backlog', 'expire']) failing.add(method);
  await expect(sweep(harness.orchestrator)).rejects.toMatchObject({
    message: 'sweep could not measure the backlog, remove expired operations',
    report: { delivered: 1, resumed: 1, failed: 0, oldestOutboxAgeSeconds: undefined },
  });
});

it('reports the batches before the one that it could not read', async () => {
  const failing = new Set<string>();
  const harness = await withFailing(failing);
  await leaveWork(harness);
  harness.fault = (what) => void (what === 'signal' && failing.add('dueOperations'));
  await expect(sweep(harness.orchestrator)).rejects.toMatchObject({ report: { delivered: 1, resumed: 1 } });
});

it('cannot know whether a lease ran out if its runs are not recorded, and notices it in the next run', async () => {
  const failing = new Set<string>();
  const harness = await withFailing(failing);
  const dispatch = { ...DEFAULT_DISPATCH, leaseMs: HOUR };
  await harness.apply(JOB, { type: 'created', creation: { method: 'm', labels: {}, dispatch } });
  await heartbeatOperation(harness.orchestrator, { operation: JOB, attempt: 1, worker: 'w' });
  const minute = () => {
    harness.now += MINUTE;
    return sweep(harness.orchestrator);
  };
  for (let passed = 0; passed < 60; passed++) await minute();
  failing.add('noteSweep');
  await expect(minute()).rejects.toMatchObject({ report: { failed: 1, retried: 0 } });
  failing.clear();
  expect(await minute()).toMatchObject({ failed: 0, retried: 1 });
});

it('does what is due behind more operations than a batch that cannot be looked at', async () => {
  const harness = await withFailing(new Set());
  const externals = [{ name: 'operations/x', endpoint: ENDPOINT, audience: ENDPOINT }];
  const waits = Array.from({ length: 501 }, (_, index): OperationName => `operations/far-${index}`);
  for (const name of waits) await harness.wait(name, [], { externals, deadline: START + 24 * HOUR });
  harness.now += MINUTE;
  await harness.wait(PARENT, ['operations/nobody'], { deadline: START + 2 * MINUTE });
  harness.now += HOUR;
  const { launcher } = harness.orchestrator;
  const { isRunning } = launcher;
  launcher.isRunning = () => Promise.reject(new Failure('unavailable', 'Workflows is away'));
  expect(await sweep(harness.orchestrator)).toMatchObject({ resumed: 1, failed: waits.length });
  launcher.isRunning = isRunning;
  harness.executions.clear();
  harness.now += MINUTE;
  expect(await sweep(harness.orchestrator)).toMatchObject({ failed: 0 });
  expect(harness.executions.size).toBe(waits.length);
});

it('begins nothing after its time limit, and leaves it to the next run', async () => {
  const harness = await withFailing(new Set());
  const names = Array.from({ length: 40 }, (_, index): OperationName => `operations/unsent-${index}`);
  for (const name of names) await harness.create(name);
  harness.fault = unavailable;
  for (const name of names) await harness.succeed(name).catch(() => undefined);
  harness.now += 10 * MINUTE;
  // Each publish takes longer than a run.
  harness.fault = () => {
    harness.now += MINUTE;
  };
  const { delivered } = await sweep(harness.orchestrator);
  expect(delivered).toBeLessThanOrEqual(16);
  harness.fault = () => {};
  expect(await sweep(harness.orchestrator)).toMatchObject({ delivered: names.length - delivered });
});
