/** What `:explain` says of each state that an operation can be stuck in, on a store in memory. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { WaitTerms } from '../../shared/lifecycle/wait.ts';
import { explanationToJson } from '../../shared/operations-api/explain.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { cancelOperation } from '../../shared/orchestrator/cancel-operation.ts';
import { sentenceOf } from '../../shared/orchestrator/explain/sentence.ts';
import { explainOperation } from '../../shared/orchestrator/explain-operation.ts';
import { heartbeatOperation } from '../../shared/orchestrator/heartbeat-operation.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness, START } from './harness.ts';

const P: OperationName = 'operations/p';
const C: OperationName = 'operations/c';
const SECOND = 1_000;
const DAY = 86_400 * SECOND;

async function explained(harness: Harness, name: OperationName) {
  const explanation = await explainOperation(harness.orchestrator, name);
  return { ...explanation, sentence: sentenceOf(explanation) };
}

const dispatch = (harness: Harness, name: OperationName) =>
  harness.apply(name, {
    type: 'created',
    creation: { method: 'm', labels: {}, dispatch: { ...DEFAULT_DISPATCH, leaseMs: 10 * SECOND } },
  });

const inAttempt = (harness: Harness, name: OperationName, attempt: number, event: WorkerEvent) =>
  applyEvent(harness.orchestrator, { ...harness.event(name, event), attempt, worker: 'w1' });

const fail = (message: string): WorkerEvent => ({
  type: 'failed',
  error: { code: 13, message, details: [] },
});

async function waitingFor(children: readonly OperationName[], terms: Partial<WaitTerms> = {}, policy = {}) {
  const harness = await Harness.open(policy);
  await harness.create(P);
  await harness.wait(P, children, { deadline: START + DAY, ...terms });
  return harness;
}

const external = {
  name: 'operations/far',
  endpoint: 'https://far.example.com',
  audience: 'https://far.example.com',
};

describe('what blocks an operation', () => {
  it('a START that no worker has taken', async () => {
    const harness = await Harness.open();
    await dispatch(harness, P);
    const { blockedBy, sentence } = await explained(harness, P);
    expect(blockedBy).toEqual([
      {
        ...{ name: P, state: 'RUNNING', since: START },
        waitsFor: { kind: 'SIGNAL', signal: 'START', method: 'm', attempt: 1, sends: 1 },
        wakes: { by: 'sweep', time: START + DEFAULT_DISPATCH.startTimeoutMs },
      },
    ]);
    expect(sentence).toMatch(
      /operations\/p waits for a worker of m to take the START of attempt 1, sent once/,
    );
  });

  it('a START that could not be published', async () => {
    const harness = await Harness.open();
    harness.fault = (what) => {
      if (what === 'signal') throw new Failure('unavailable', 'the bus is down');
    };
    await dispatch(harness, P).catch(() => undefined);
    const [blocker] = (await explained(harness, P)).blockedBy;
    expect(blocker).toMatchObject({ waitsFor: { failedDeliveries: 1 }, wakes: { by: 'sweep' } });
  });

  it('a worker that renews its lease', async () => {
    const harness = await Harness.open();
    await dispatch(harness, P);
    await heartbeatOperation(harness.orchestrator, { operation: P, attempt: 1, worker: 'w1' });
    const [blocker] = (await explained(harness, P)).blockedBy;
    expect(blocker).toMatchObject({
      waitsFor: { kind: 'WORKER', attempt: 1, worker: 'w1' },
      wakes: { by: 'lease', time: START + 10 * SECOND },
    });
  });

  it('a RESUME that no worker has taken after the cancel of its wait', async () => {
    const harness = await Harness.open();
    await dispatch(harness, P);
    await harness.wait(P, [C], { deadline: START + DAY });
    harness.now += 2 * SECOND;
    await cancelOperation(harness.orchestrator, P);
    const { blockedBy, sentence } = await explained(harness, P);
    expect(blockedBy[0]).toMatchObject({ waitsFor: { kind: 'SIGNAL', cancelTime: START + 2 * SECOND } });
    const { blockedBy: answered } = explanationToJson(await explainOperation(harness.orchestrator, P));
    expect(answered).toMatchObject([{ waitsFor: { cancelTime: '2023-11-14T22:13:22.000Z' } }]);
    expect(sentence).toMatch(/Its cancel was requested at 2023-11-14T22:13:22.000Z\.$/);
  });

  it('a worker that goes on after a cancel', async () => {
    const harness = await Harness.open();
    await dispatch(harness, P);
    await heartbeatOperation(harness.orchestrator, { operation: P, attempt: 1, worker: 'w1' });
    harness.now += 2 * SECOND;
    await cancelOperation(harness.orchestrator, P);
    const { blockedBy, sentence } = await explained(harness, P);
    expect(blockedBy[0]).toMatchObject({ waitsFor: { kind: 'WORKER', cancelTime: START + 2 * SECOND } });
    const { blockedBy: answered } = explanationToJson(await explainOperation(harness.orchestrator, P));
    expect(answered).toMatchObject([{ waitsFor: { cancelTime: '2023-11-14T22:13:22.000Z' } }]);
    expect(sentence).toMatch(
      /worker w1, attempt 1, which was asked to stop at \S+:\d+\S*, and has been at work since/,
    );
  });

  it('a lease that has run out, while sweep has not run for long enough', async () => {
    const harness = await Harness.open();
    await dispatch(harness, P);
    await heartbeatOperation(harness.orchestrator, { operation: P, attempt: 1, worker: 'w1' });
    harness.now += 20 * SECOND;
    await sweep(harness.orchestrator);
    const { blockedBy, sentence } = await explained(harness, P);
    expect(blockedBy[0]).toMatchObject({
      waitsFor: { kind: 'LOST_LEASE', attempt: 1, worker: 'w1' },
      since: START + 10 * SECOND,
      wakes: { by: 'sweep' },
    });
    expect(sentence).toContain('lost the worker w1 of attempt 1');
  });

  it('the pause before the next try', async () => {
    const harness = await Harness.open();
    await dispatch(harness, P);
    await inAttempt(harness, P, 1, {
      ...{ type: 'attemptFailed', released: false },
      error: { code: 14, message: 'down', details: [] },
      retryDelayMs: 30 * SECOND,
    });
    const { blockedBy, sentence } = await explained(harness, P);
    expect(blockedBy[0]).toMatchObject({
      waitsFor: { kind: 'BACKOFF', tries: 1, maxTries: 5, error: { code: 14, message: 'down' } },
      wakes: { by: 'retry', time: START + 30 * SECOND },
    });
    expect(sentence).toContain('after try 1 of 5 failed: down (code 14),');
  });

  it('a child that nothing has created', async () => {
    const harness = await waitingFor([C]);
    const { blockedBy, sentence } = await explained(harness, P);
    expect(blockedBy).toEqual([
      {
        ...{ name: C, waiter: P, since: START },
        waitsFor: { kind: 'CREATION', waitId: expect.any(String), spawned: false },
        wakes: { by: 'deadline', time: START + DAY },
      },
    ]);
    expect(sentence).toContain('operations/c does not exist');
  });

  it('a child of another service', async () => {
    const harness = await waitingFor([], { externals: [external] });
    const [blocker] = (await explained(harness, P)).blockedBy;
    expect(blocker).toMatchObject({
      ...{ name: 'operations/far', waiter: P },
      waitsFor: { kind: 'EXTERNAL_OPERATION', endpoint: external.endpoint },
      wakes: { by: 'workflow' },
    });
  });

  it('a notification, if only one of another name has come', async () => {
    const harness = await waitingFor([], { notifications: ['approved'] });
    await harness.apply(P, { type: 'notified', name: 'aproved' });
    const { blockedBy, sentence } = await explained(harness, P);
    expect(blockedBy[0]).toMatchObject({ waitsFor: { notification: 'approved', unwanted: ['aproved'] } });
    expect(sentence).toContain('the notification "approved", and not for "aproved", which has come,');
  });

  it('a second notification of a name, if one has come', async () => {
    const harness = await waitingFor([], { notifications: ['approved', 'approved'] });
    await harness.apply(P, { type: 'notified', name: 'approved' });
    const { blockedBy } = await explained(harness, P);
    expect(blockedBy.map(({ waitsFor }) => waitsFor)).toMatchObject([
      { kind: 'NOTIFICATION', notification: 'approved' },
    ]);
  });

  it('a sleep', async () => {
    const harness = await waitingFor([], { sleepUntil: START + 60 * SECOND });
    const [blocker] = (await explained(harness, P)).blockedBy;
    expect(blocker).toMatchObject({
      waitsFor: { kind: 'SLEEP' },
      wakes: { by: 'workflow', time: START + 60 * SECOND },
    });
  });

  it('a launch that was refused', async () => {
    const harness = await Harness.open();
    harness.fault = (what) => {
      if (what === 'launch') throw new Failure('exhausted', 'the quota is used up');
    };
    await harness.create(P);
    await harness.wait(P, [], { deadline: START + DAY, externals: [external] });
    const { blockedBy, sentence } = await explained(harness, P);
    expect(blockedBy[0]).toMatchObject({
      launchRefused: { reason: 'the quota is used up', time: START },
      wakes: { by: 'sweep', time: START + 60 * SECOND },
    });
    expect(sentence).toContain('No workflow was launched: the quota is used up.');
  });

  it('a sweep that does not run', async () => {
    const harness = await Harness.open();
    await sweep(harness.orchestrator);
    await dispatch(harness, P);
    await inAttempt(harness, P, 1, { type: 'attemptFailed', released: false, retryDelayMs: SECOND });
    harness.now += DAY;
    const { blockedBy, sentence, sweepIsLate, lastSweepTime } = await explained(harness, P);
    expect([sweepIsLate, lastSweepTime]).toEqual([true, START]);
    expect(blockedBy[0]?.wakes).toMatchObject({ by: 'retry', overdue: true });
    expect(sentence).toContain('The function sweep has not run since 2023-11-14T22:13:20.000Z');
  });

  it('a child that has ended, with push lost', async () => {
    const harness = await Harness.open({ push: false });
    await harness.create(P);
    await harness.create(C, P);
    await harness.wait(P, [C], { deadline: START + DAY });
    await harness.succeed(C);
    const [blocker] = (await explained(harness, P)).blockedBy;
    expect(blocker).toMatchObject({ name: P, waitsFor: { kind: 'END_OF_WAIT' } });
  });
});

describe('a tree of waits', () => {
  it('is followed to its leaves, each once', async () => {
    const harness = await waitingFor(['operations/a', 'operations/b']);
    for (const name of ['operations/a', 'operations/b'] as const) {
      await harness.create(name, P);
      await harness.wait(name, [C]);
    }
    await harness.create(C);
    const { blockedBy, more } = await explained(harness, P);
    expect(blockedBy).toMatchObject([{ name: C, waiter: 'operations/a', waitsFor: { kind: 'WORKER' } }]);
    expect(more).toBe(0);
  });

  it('of more than 1,000 operations is followed as far as that, and the rest is counted', async () => {
    const children = Array.from({ length: 1_200 }, (_, index): OperationName => `operations/c-${index}`);
    const harness = await waitingFor(children);
    const { blockedBy, more, sentence } = await explained(harness, P);
    expect([blockedBy.length, more]).toEqual([999, 201]);
    expect(sentence).toContain('201 more operations were not looked at.');
  });

  it('of more than 1,000 operations below several waits of one level is followed as far as that', async () => {
    const middle = Array.from({ length: 4 }, (_, index): OperationName => `operations/m${index}`);
    const harness = await waitingFor(middle);
    for (const name of middle) {
      await harness.create(name, P);
      const leaves = Array.from({ length: 400 }, (_, index): OperationName => `${name}.${index}`);
      await harness.wait(name, leaves, { deadline: START + DAY });
    }
    const { blockedBy, more } = await explained(harness, P);
    expect([blockedBy.length, more]).toEqual([995, 605]);
  });
});

describe('the end of an operation', () => {
  it('has its first cause in a grandchild', async () => {
    const harness = await waitingFor(['operations/a']);
    await harness.create('operations/a', P);
    await harness.wait('operations/a', [C]);
    await dispatch(harness, C);
    harness.now += SECOND;
    await inAttempt(harness, C, 1, fail('the disk is full'));
    await harness.apply('operations/a', fail('a child failed'));
    await harness.apply(P, fail('all is lost'));
    const { causes, sentence } = await explained(harness, P);
    expect(causes).toMatchObject([
      { name: P, state: 'FAILED' },
      { name: 'operations/a', state: 'FAILED' },
      {
        name: C,
        state: 'FAILED',
        attempt: 1,
        worker: 'w1',
        error: { code: 13, message: 'the disk is full' },
      },
    ]);
    expect(sentence).toMatch(
      /The first cause: operations\/c is FAILED .* in attempt 1 of worker w1.*disk is full/,
    );
  });

  it('has its first cause in the operation that was asked to stop', async () => {
    const harness = await waitingFor([C]);
    await harness.create(C, P);
    await cancelOperation(harness.orchestrator, P);
    await harness.apply(P, { type: 'cancelled' });
    await harness.apply(C, { type: 'cancelled' });
    expect((await explained(harness, C)).causes).toMatchObject([
      { name: C },
      { name: P, state: 'CANCELLED' },
    ]);
  });

  it('is that of a child that was not done at the deadline', async () => {
    const harness = await waitingFor([C], { deadline: START + SECOND });
    await harness.create(C, P);
    harness.now += 60 * SECOND;
    await sweep(harness.orchestrator);
    await harness.apply(P, fail('too late'));
    expect((await explained(harness, P)).causes).toMatchObject([
      { name: P },
      { name: C, state: 'TIMED_OUT' },
    ]);
  });

  it('needs no cause if it succeeded', async () => {
    const harness = await Harness.open();
    await harness.create(P);
    await harness.succeed(P);
    const { causes, sentence } = await explained(harness, P);
    expect(causes).toEqual([]);
    expect(sentence).toBe('operations/p succeeded at 2023-11-14T22:13:20.000Z.');
  });
});
