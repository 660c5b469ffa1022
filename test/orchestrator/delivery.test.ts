/** Faults between commit and delivery: nothing is lost, nothing is invented. */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../shared/lifecycle/effect.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { lifecycleEventOf } from '../../shared/messages/lifecycle-event.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { deliver } from '../../shared/orchestrator/effects/deliver.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness, unavailable, waiting } from './harness.ts';

const PARENT: OperationName = 'operations/parent';
const CHILD: OperationName = 'operations/child';
const HOUR = 3_600_000;

describe('an effect that fails', () => {
  it('fails the event, stays in the outbox, and is delivered by the redelivery', async () => {
    const harness = await Harness.open();
    await harness.create(CHILD);
    harness.fault = unavailable;
    const event = harness.event(CHILD, {
      type: 'succeeded',
      response: { typeUrl: 'x/y', value: Buffer.of() },
    });
    await expect(applyEvent(harness.orchestrator, event)).rejects.toThrow(Failure);
    expect(await harness.outbox()).toMatchObject([{ effect: { kind: 'publishCompletion' }, attempts: 1 }]);
    harness.fault = () => {};
    expect(await applyEvent(harness.orchestrator, event)).toMatchObject({ kind: 'duplicate' });
    expect(harness.completions).toHaveLength(1);
    expect(await harness.outbox()).toEqual([]);
  });

  it('is delivered by sweep at the latest, and not before it is due', async () => {
    const harness = await Harness.open();
    harness.fault = unavailable;
    await harness.create(CHILD);
    await expect(harness.succeed(CHILD)).rejects.toThrow(Failure);
    harness.fault = () => {};
    expect(await sweep(harness.orchestrator)).toMatchObject({ delivered: 0, failed: 0 });
    harness.now += HOUR;
    expect(await sweep(harness.orchestrator)).toMatchObject({ delivered: 1, failed: 0 });
    expect(harness.completions).toHaveLength(1);
  });

  it('fails if its kind is of a newer release, and the others are delivered', async () => {
    const harness = await Harness.open();
    await harness.create(CHILD);
    await harness.succeed(CHILD);
    const operation = await harness.orchestrator.store.operation(CHILD);
    if (!operation) throw new Error('the operation exists');
    const newer = { kind: 'announce' } as unknown as Effect;
    const effects = [newer, { kind: 'publishCompletion' } as const].map((effect) => ({
      effect,
      attempts: 0,
    }));
    await expect(deliver(harness.orchestrator, { operation, effects })).rejects.toMatchObject({
      kind: 'unavailable',
      cause: { message: expect.stringContaining('"announce"') },
    });
    expect(harness.completions).toHaveLength(2);
  });

  it('keeps no other from being delivered', async () => {
    const harness = await Harness.open();
    await harness.wait(PARENT, [CHILD]);
    harness.fault = (what) => (what === 'completion' ? unavailable() : undefined);
    await harness.create(CHILD);
    await expect(harness.succeed(CHILD)).rejects.toThrow(Failure);
    expect(harness.resumes(PARENT)).toHaveLength(1);
    expect((await harness.outbox()).map(({ effect }) => effect.kind)).toEqual(['publishCompletion']);
  });

  it('of a parent is delivered when the child comes again', async () => {
    const harness = await Harness.open();
    await harness.create(CHILD);
    await harness.wait(PARENT, [CHILD]);
    const event = harness.event(CHILD, {
      type: 'succeeded',
      response: { typeUrl: 'x/y', value: Buffer.of() },
    });
    harness.fault = (what) => (what === 'signal' ? unavailable() : undefined);
    await expect(applyEvent(harness.orchestrator, event)).rejects.toThrow(Failure);
    expect(await harness.store.operation(PARENT)).toMatchObject({ state: 'RUNNING' });
    harness.fault = () => {};
    await applyEvent(harness.orchestrator, event);
    expect(harness.resumes(PARENT)).toHaveLength(1);
    expect(await harness.outbox()).toEqual([]);
  });

  it('of a workflow that cannot be launched is made good by sweep', async () => {
    const harness = await Harness.open();
    harness.fault = (what) => (what === 'launch' ? unavailable() : undefined);
    await expect(harness.wait(PARENT, [CHILD])).rejects.toThrow(Failure);
    harness.fault = () => {};
    harness.now += 50_000 + 60_000;
    await sweep(harness.orchestrator);
    expect(harness.resumes(PARENT)).toMatchObject([{ cause: 'DEADLINE' }]);
    expect([...harness.executions.keys()]).toEqual([]);
  });
});

describe('sweep', () => {
  it('ends a wait whose workflow is gone, at its deadline', async () => {
    const harness = await Harness.open();
    await harness.create(CHILD);
    await harness.wait(PARENT, [CHILD, 'operations/nobody']);
    harness.now += 59_999;
    expect(await sweep(harness.orchestrator)).toMatchObject({ resumed: 0 });
    // The workflow would come first.
    harness.now += 5_001;
    const reports = await Promise.all([sweep(harness.orchestrator), sweep(harness.orchestrator)]);
    expect(reports.reduce((sum, { resumed }) => sum + resumed, 0)).toBe(1);
    expect(harness.resumes(PARENT)).toMatchObject([
      { cause: 'DEADLINE', children: { counts: { TIMED_OUT: 1, NOT_FOUND: 1 } } },
    ]);
  });

  it('ends a timer whose workflow is gone, when it has slept', async () => {
    const harness = await Harness.open();
    const data = Buffer.from(JSON.stringify({ operation: PARENT, waiting: { sleep: '60s' } }));
    const message = { data, attributes: {}, messageId: '1', publishTime: harness.now };
    await applyEvent(harness.orchestrator, lifecycleEventOf(message, new AllowedHosts([])));
    harness.now += 59_999;
    expect(await sweep(harness.orchestrator)).toMatchObject({ resumed: 0 });
    harness.now += 5_001;
    expect(await sweep(harness.orchestrator)).toMatchObject({ resumed: 1 });
    expect(harness.resumes(PARENT)).toMatchObject([{ cause: 'SLEEP' }]);
  });
});

describe('a cancel', () => {
  it('reaches everything below, once, a circle of parents among it', async () => {
    const harness = await Harness.open();
    const names: OperationName[] = ['operations/a', 'operations/b', 'operations/c'];
    const [a, b, c] = names as [OperationName, OperationName, OperationName];
    await harness.create(a, c);
    await harness.create(b, a);
    await harness.create(c, b);
    await harness.apply(a, { type: 'cancelRequested', cascade: true });
    const cancels = harness.signals.filter(({ kind }) => kind === 'CANCEL').map(({ operation }) => operation);
    expect(cancels.filter((name) => name === b)).toHaveLength(1);
    expect(cancels.filter((name) => name === c)).toHaveLength(1);
    expect(await harness.outbox()).toEqual([]);
  });

  it('reaches the children of the wait that name no parent, and none that has ended', async () => {
    const harness = await Harness.open();
    await harness.create(CHILD);
    await harness.succeed('operations/ended');
    await harness.wait(PARENT, [CHILD, 'operations/ended', 'operations/nobody']);
    await harness.apply(PARENT, { type: 'cancelRequested', cascade: true });
    const cancels = harness.signals.filter(({ kind }) => kind === 'CANCEL').map(({ operation }) => operation);
    expect(cancels.sort()).toEqual([CHILD, PARENT].sort());
    const { history } = (await harness.store.inspection('operations/ended', { history: 10, waits: 1 })) ?? {};
    expect(history?.map(({ type }) => type)).toEqual(['succeeded']);
  });

  it('makes no operation of a child that does not exist', async () => {
    const harness = await Harness.open();
    await harness.wait(PARENT, ['operations/nobody']);
    await harness.apply(PARENT, { type: 'cancelRequested', cascade: true });
    expect(await harness.store.operation('operations/nobody')).toBeUndefined();
  });

  it('reaches many children', async () => {
    const harness = await Harness.open();
    await harness.create(PARENT);
    const children = Array.from({ length: 100 }, (_, index): OperationName => `operations/child-${index}`);
    await Promise.all(children.map((child) => harness.create(child, PARENT)));
    await harness.apply(PARENT, { type: 'cancelRequested', cascade: true });
    expect(new Set(harness.signals.map(({ operation }) => operation)).size).toBe(101);
  });
});

describe('an event that is decided again', () => {
  it('takes the savepoint of a wait that begins too late', async () => {
    const harness = await Harness.open();
    const late = harness.event(PARENT, waiting(harness.now, [CHILD]));
    await harness.succeed(PARENT);
    expect(await applyEvent(harness.orchestrator, late)).toMatchObject({
      kind: 'ignored',
      reason: 'TERMINAL',
    });
    expect(await harness.store.operation(PARENT)).toMatchObject({
      state: 'SUCCEEDED',
      resumePoint: { value: 'next' },
    });
  });
});
