/** What the events of an operation cost on Spanner, in calls of the real client: upper bounds, which a change may lower. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costOf, EVENT_COSTS } from '../../bench/scale/cost-model.ts';
import type { Operation } from '../../shared/lifecycle/operation.ts';
import type { ObservableStore } from '../../shared/orchestrator/ports/observable-store.ts';
import { openSpannerStore } from '../../shared/spanner/store.ts';
import { Harness } from '../orchestrator/harness.ts';
import { newName } from './fixtures.ts';
import { newSpannerDatabase, spannerHost } from './implementations.ts';
import { type Cost, type CountingProxy, startCountingProxy } from './spanner-calls.ts';

describe.skipIf(spannerHost === undefined)('the calls to Spanner', () => {
  let proxy: CountingProxy;
  let store: ObservableStore;
  let harness: Harness;

  beforeAll(async () => {
    const location = await newSpannerDatabase();
    proxy = await startCountingProxy(spannerHost ?? '');
    process.env.SPANNER_EMULATOR_HOST = proxy.host;
    store = await openSpannerStore(location);
    harness = new Harness(store);
    // The client has made its sessions.
    await harness.create(newName());
  });

  afterAll(async () => {
    process.env.SPANNER_EMULATOR_HOST = spannerHost;
    await store?.close();
    await proxy?.close();
  });

  /** Fails with the calls in the message. */
  function expectAtMost(
    { calls, hops, course }: Cost,
    most: { readonly calls: number; readonly hops: number },
  ) {
    const found = `${calls.length} calls in ${hops} hops: ${course}`;
    expect(calls.length, found).toBeLessThanOrEqual(most.calls);
    expect(hops, found).toBeLessThanOrEqual(most.hops);
    // A count of nothing would pass as well.
    expect(calls).toContain('Commit');
    expect(hops, found).toBeGreaterThan(1);
  }

  it('of an event that creates an operation, with a parent or without: a read and a commit', async () => {
    const parent = newName();
    expectAtMost(await proxy.costOf(() => harness.create(parent)), EVENT_COSTS.created);
    expectAtMost(await proxy.costOf(() => harness.create(newName(), parent)), EVENT_COSTS.created);
  });

  it('of progress: a read and a commit', async () => {
    const name = newName();
    await harness.create(name);
    const progress = () => harness.apply(name, { type: 'progressed' });
    expectAtMost(await proxy.costOf(progress), EVENT_COSTS.progressed);
  });

  it('of a read that may be some time old: one call', async () => {
    const name = newName();
    await harness.create(name);
    let found: Operation | undefined;
    const cost = await proxy.costOf(async () => {
      found = await store.operation(name, 1);
    });
    expect(cost.calls).toEqual(['ExecuteStreamingSql']);
    expect(found?.name).toBe(name);
  });

  it('of a duplicate: a read, the rollback, and the read of the outbox', async () => {
    const name = newName();
    await harness.create(name);
    const progress = () => harness.apply(name, { type: 'progressed' }, 'twice');
    await progress();
    const { calls, hops } = await proxy.costOf(progress);
    expect(calls.length, calls.join(', ')).toBeLessThanOrEqual(3);
    expect(hops).toBeLessThanOrEqual(3);
  });

  it('of a wait for two children, of the end of each, and of the end of the parent', async () => {
    const [parent, one, two] = [newName(), newName(), newName()];
    await harness.create(parent);
    for (const child of [one, two]) await harness.create(child, parent);

    const cost = {
      wait: await proxy.costOf(() => harness.wait(parent, [one, two])),
      first: await proxy.costOf(() => harness.succeed(one)),
      last: await proxy.costOf(() => harness.succeed(two)),
      end: await proxy.costOf(() => harness.succeed(parent)),
    };

    expectAtMost(cost.wait, EVENT_COSTS.waiting);
    expectAtMost(cost.first, EVENT_COSTS.childEnd);
    expectAtMost(cost.last, EVENT_COSTS.lastChildEnd);
    expectAtMost(cost.end, EVENT_COSTS.end);
    // The model of docs/scale.md is the sum of what was counted, not only a bound of it.
    const counted = Object.values(cost).flatMap(({ calls }) => calls);
    const created = 3 * EVENT_COSTS.created.calls;
    const model = costOf({ children: 2, workflow: true });
    expect(model.calls).toBe(created + counted.length);
    expect(model.commits).toBe(3 + counted.filter((call) => call === 'Commit').length);
    const [resume] = harness.resumes(parent);
    expect(resume?.children.first.map(({ name, outcome }) => ({ name, outcome }))).toEqual([
      { name: one, outcome: 'SUCCEEDED' },
      { name: two, outcome: 'SUCCEEDED' },
    ]);
    expect(await harness.outbox()).toEqual([]);
  });
});
