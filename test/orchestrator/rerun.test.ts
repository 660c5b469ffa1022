/** Runs of terminal operations, on a store in memory. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { SpawnedChild } from '../../shared/lifecycle/spawn.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import type { Signal } from '../../shared/orchestrator/ports/publisher.ts';
import { type RerunRequest, rerunOperation } from '../../shared/orchestrator/rerun-operation.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Tenants } from '../../shared/orchestrator/tenants.ts';
import { Harness, waiting } from './harness.ts';

/** Some bytes come as a Buffer: only the bytes count. */
expect.addEqualityTesters([
  (one, other) =>
    one instanceof Uint8Array && other instanceof Uint8Array ? Buffer.compare(one, other) === 0 : undefined,
]);

const P: OperationName = 'operations/p';
const P2: OperationName = 'operations/p~2';
const INPUT = {
  typeUrl: 'type.googleapis.com/google.protobuf.StringValue',
  value: new Uint8Array([10, 1, 65]),
};
const text = (value: string) => new TextEncoder().encode(value);

const FAILED: WorkerEvent = { type: 'failed', error: { code: 13, message: 'boom', details: [] } };

async function started(dispatch = true) {
  const harness = await Harness.open();
  await harness.apply(P, {
    type: 'created',
    creation: {
      ...{ method: 'm', labels: { team: 'a' }, input: INPUT, timeoutMs: 60_000 },
      deadline: harness.now + 60_000,
      ...(dispatch && { dispatch: DEFAULT_DISPATCH }),
    },
  });
  return harness;
}

const rerun = (harness: Harness, request: Partial<RerunRequest> = {}) =>
  rerunOperation(harness.orchestrator, {
    ...{ operation: P, from: 'START', failedChildrenOnly: false },
    ...request,
  });

const signalsOf = (harness: Harness, name: OperationName): Signal[] =>
  harness.signals.filter(({ operation }) => operation === name);

const inAttempt = (harness: Harness, name: OperationName, attempt: number, event: WorkerEvent) =>
  applyEvent(harness.orchestrator, { ...harness.event(name, event), attempt, worker: 'w' });

function spawning(now: number, parent: OperationName, ids: readonly string[], terms = {}): WorkerEvent {
  const spawn = ids.map((id): SpawnedChild => {
    const creation = { method: 'c', labels: {}, parent, input: INPUT, dispatch: DEFAULT_DISPATCH };
    return { name: `operations/${id}`, key: id.slice(id.indexOf('.') + 1), creation };
  });
  const event = waiting(now, [], terms) as Extract<WorkerEvent, { type: 'waiting' }>;
  const checkpoint = text('saved');
  return { ...event, spawn, checkpoint, terms: { ...event.terms, childCount: spawn.length } };
}

describe('a rerun in a deployment with tenants', () => {
  it('is refused under a name of another tenant', async () => {
    const tenants = new Tenants([{ topic: 'lifecycle-a', prefix: 'a-', ending: '-a' }], {
      lifecycleTopic: 'lifecycle',
    });
    const harness = await Harness.open({ tenants });
    await harness.apply('operations/a-1', {
      type: 'created',
      creation: { method: 'm', labels: {}, dispatch: DEFAULT_DISPATCH },
    });
    await harness.apply('operations/a-1', FAILED);
    await expect(rerun(harness, { operation: 'operations/a-1', operationId: 'b-1' })).rejects.toMatchObject({
      field: 'operationId',
      kind: 'permission',
    });
    expect(await rerun(harness, { operation: 'operations/a-1' })).toMatchObject({ name: 'operations/a-1~2' });
  });
});

describe('a rerun from the start', () => {
  it('is a new operation with the same work and a link to the old one, which does not change', async () => {
    const harness = await started();
    await inAttempt(harness, P, 1, { type: 'checkpointed', resumePoint: 'half', checkpoint: text('x') });
    await inAttempt(harness, P, 1, FAILED);
    const before = await harness.store.operation(P);
    harness.now += 1_000;
    expect(await rerun(harness)).toMatchObject({
      ...{ name: P2, state: 'RUNNING' },
      creation: {
        value: {
          ...{ method: 'm', labels: { team: 'a' }, input: INPUT, dispatch: DEFAULT_DISPATCH, rerunOf: P },
          deadline: harness.now + 60_000,
        },
      },
    });
    const [start] = signalsOf(harness, P2);
    expect(start).toMatchObject({ kind: 'START', attempt: 1, resumePoint: '', input: INPUT });
    expect(await harness.store.operation(P)).toEqual(before);
    const inspection = await harness.store.inspection(P, { history: 1, waits: 1 });
    expect(inspection?.reruns).toEqual([P2]);
  });

  it('has the next free name, and the same one for the same request', async () => {
    const harness = await started();
    await inAttempt(harness, P, 1, FAILED);
    const first = await rerun(harness, { requestId: 'a' });
    const second = await rerun(harness, { requestId: 'b' });
    expect([first.name, second.name]).toEqual([P2, 'operations/p~3']);
    expect((await rerun(harness, { requestId: 'b' })).name).toBe('operations/p~3');
    expect((await rerun(harness, { requestId: 'a' })).name).toBe(P2);
    expect((await rerun(harness, { operationId: 'mine' })).name).toBe('operations/mine');
    await expect(rerun(harness, { operationId: 'mine' })).rejects.toMatchObject({ kind: 'alreadyExists' });
  });

  it('needs an operation that is terminal and dispatched', async () => {
    const harness = await started(false);
    await expect(rerun(harness)).rejects.toMatchObject({ kind: 'precondition' });
    await harness.succeed(P);
    await expect(rerun(harness)).rejects.toMatchObject({ kind: 'precondition' });
    await expect(rerun(harness, { operation: 'operations/nobody' })).rejects.toMatchObject({
      kind: 'notFound',
    });
  });
});

describe('a rerun from the resume point', () => {
  async function endedAfterWait(dispatch = true) {
    const harness = await started(dispatch);
    await harness.create('operations/a');
    await harness.create('operations/b');
    const event = waiting(harness.now, ['operations/a', 'operations/b'], { notifications: ['go'] });
    const attempt = dispatch ? { attempt: 1, worker: 'w' } : {};
    await applyEvent(harness.orchestrator, {
      ...harness.event(P, { ...event, checkpoint: text('saved') } as WorkerEvent, 'wait'),
      ...attempt,
    });
    await harness.apply(P, { type: 'notified', name: 'go', payload: INPUT });
    await harness.succeed('operations/a');
    await harness.apply('operations/b', FAILED);
    await applyEvent(harness.orchestrator, {
      ...harness.event(P, FAILED),
      ...(dispatch && { attempt: 2, worker: 'w' }),
    });
    return harness;
  }

  it.each([true, false])(
    'begins with the checkpoint and the RESUME of the last wait (dispatch: %s)',
    async (dispatch) => {
      const harness = await endedAfterWait(dispatch);
      const [old] = harness.resumes(P);
      await rerun(harness, { from: 'RESUME_POINT' });
      const [resume, ...others] = signalsOf(harness, P2);
      expect(others).toEqual([]);
      expect(resume).toMatchObject({
        ...{ kind: 'RESUME', attempt: 1, cause: 'CHILDREN', resumePoint: 'next', checkpoint: text('saved') },
        children: old?.children,
        notifications: old?.notifications,
      });
      expect(old?.children.first.map(({ outcome }) => outcome)).toEqual(['SUCCEEDED', 'FAILED']);
      expect(old?.notifications).toHaveLength(1);
      // The new one goes on as any other does.
      await applyEvent(harness.orchestrator, {
        ...harness.event(P2, { type: 'succeeded', response: INPUT }),
        ...(dispatch && { attempt: 1, worker: 'w' }),
      });
      expect((await harness.store.operation(P2))?.state).toBe('SUCCEEDED');
    },
  );

  it('starts with the checkpoint if there was no wait', async () => {
    const harness = await started();
    await inAttempt(harness, P, 1, { type: 'checkpointed', resumePoint: 'half', checkpoint: text('x') });
    await inAttempt(harness, P, 1, FAILED);
    await rerun(harness, { from: 'RESUME_POINT' });
    expect(signalsOf(harness, P2)).toMatchObject([
      { kind: 'START', resumePoint: 'half', checkpoint: text('x'), attempt: 1 },
    ]);
  });

  it('with the failed children only is in the wait again, and makes those again that did not succeed', async () => {
    const harness = await started();
    await inAttempt(harness, P, 1, spawning(harness.now, P, ['p.a', 'p.b', 'p.c']));
    await inAttempt(harness, 'operations/p.a', 1, { type: 'succeeded', response: INPUT });
    await inAttempt(harness, 'operations/p.b', 1, FAILED);
    await inAttempt(harness, 'operations/p.c', 1, { type: 'cancelled' });
    await inAttempt(harness, P, 2, FAILED);
    const begun = await rerun(harness, { from: 'RESUME_POINT', failedChildrenOnly: true });
    expect(begun.state).toBe('WAITING');
    const again: OperationName = 'operations/p.b~2';
    expect(signalsOf(harness, again)).toMatchObject([{ kind: 'START', input: INPUT, parent: P2 }]);
    expect((await harness.store.operation(again))?.creation?.value.rerunOf).toBe('operations/p.b');
    await inAttempt(harness, again, 1, { type: 'succeeded', response: INPUT });
    await inAttempt(harness, 'operations/p.c~2', 1, { type: 'succeeded', response: INPUT });
    const [resume] = harness.resumes(P2);
    expect(resume).toMatchObject({ cause: 'CHILDREN', checkpoint: text('saved'), resumePoint: 'next' });
    expect(resume?.children.first.map(({ name, key, outcome }) => [name, key, outcome])).toEqual([
      ['operations/p.a', 'a', 'SUCCEEDED'],
      ['operations/p.b~2', 'b', 'SUCCEEDED'],
      ['operations/p.c~2', 'c', 'SUCCEEDED'],
    ]);
    expect(resume?.children.first.every(({ response }) => response !== undefined)).toBe(true);
  });

  it('is in the wait as long as the earlier one, whatever the clock of its worker said', async () => {
    const harness = await started();
    const event = { ...harness.event(P, spawning(harness.now, P, ['p.a'])), attempt: 1, worker: 'w' };
    // The wait has a timeout of one minute, and the clock of the worker is ahead by five.
    await applyEvent(harness.orchestrator, { ...event, occurTime: harness.now + 300_000 });
    await inAttempt(harness, 'operations/p.a', 1, FAILED);
    await inAttempt(harness, P, 2, FAILED);
    harness.now += 10_000;
    const begun = await rerun(harness, { from: 'RESUME_POINT', failedChildrenOnly: true });
    expect(begun.state === 'WAITING' && begun.wait.deadline).toBe(harness.now + 60_000);
  });

  it('makes nothing again that could not be started', async () => {
    const harness = await endedAfterWait();
    const again = rerun(harness, { from: 'RESUME_POINT', failedChildrenOnly: true });
    await expect(again).rejects.toMatchObject({ kind: 'precondition' });
  });
});

describe('what a rerun spawns', () => {
  const IDS = ['a', 'b'];

  async function failedFanOut() {
    const harness = await started();
    await inAttempt(harness, P, 1, spawning(harness.now, P, IDS));
    await inAttempt(harness, 'operations/a', 1, { type: 'succeeded', response: INPUT });
    await inAttempt(harness, 'operations/b', 1, FAILED);
    await inAttempt(harness, P, 2, FAILED);
    return harness;
  }

  it('gives its children new names if the earlier run has the names that the worker gives', async () => {
    const harness = await failedFanOut();
    await rerun(harness);
    await inAttempt(harness, P2, 1, spawning(harness.now, P2, IDS));
    expect(await harness.store.activeChildren(P2, 10)).toEqual(['operations/a~2', 'operations/b~2']);
    expect((await harness.store.operation(P2))?.state).toBe('WAITING');
  });

  it('keeps its names if the worker names the children again', async () => {
    const harness = await failedFanOut();
    await rerun(harness);
    await inAttempt(harness, P2, 1, spawning(harness.now, P2, IDS));
    for (const name of ['operations/a~2', 'operations/b~2'] as const) {
      await inAttempt(harness, name, 1, { type: 'succeeded', response: INPUT });
    }
    await inAttempt(harness, P2, 2, spawning(harness.now, P2, [...IDS, 'c']));
    expect(await harness.store.activeChildren(P2, 10)).toEqual(['operations/c']);
  });

  it('takes over what succeeded before, with the failed children only', async () => {
    const harness = await failedFanOut();
    await rerun(harness, { failedChildrenOnly: true });
    await inAttempt(harness, P2, 1, spawning(harness.now, P2, IDS));
    expect(await harness.store.activeChildren(P2, 10)).toEqual(['operations/b~2']);
    await inAttempt(harness, 'operations/b~2', 1, { type: 'succeeded', response: INPUT });
    await sweep(harness.orchestrator);
    const [resume] = harness.resumes(P2);
    expect(resume?.children.first.map(({ name, key, outcome }) => [name, key, outcome])).toEqual([
      ['operations/a', 'a', 'SUCCEEDED'],
      ['operations/b~2', 'b', 'SUCCEEDED'],
    ]);
  });

  it('takes over what a run before the last one has made', async () => {
    const harness = await failedFanOut();
    await rerun(harness, { failedChildrenOnly: true });
    await inAttempt(harness, P2, 1, spawning(harness.now, P2, IDS));
    await inAttempt(harness, 'operations/b~2', 1, FAILED);
    await inAttempt(harness, P2, 2, FAILED);
    const third = (await rerun(harness, { operation: P2, failedChildrenOnly: true })).name;
    await inAttempt(harness, third, 1, spawning(harness.now, third, IDS));
    expect(await harness.store.activeChildren(third, 10)).toEqual(['operations/b~3']);
  });
});
