/** Reruns that go on at the resume point of the earlier run. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { externalKey } from '../../shared/lifecycle/wait.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { deleteOperation } from '../../shared/orchestrator/delete-operation.ts';
import { resumeOperation } from '../../shared/orchestrator/resume-operation.ts';
import { waiting } from './harness.ts';
import {
  FAILED,
  INPUT,
  inAttempt,
  P,
  P2,
  rerun,
  signalsOf,
  spawning,
  started,
  text,
} from './rerun-harness.ts';

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

  it('with the failed children only makes a child again with all that it was created with', async () => {
    const harness = await started();
    const event = spawning(harness.now, P, ['p.a']) as Extract<WorkerEvent, { type: 'waiting' }>;
    const creation = {
      ...{ method: 'render', labels: { page: '1' }, ttl: 7_200_000, input: INPUT, timeoutMs: 5_000 },
      dispatch: { ...DEFAULT_DISPATCH, maxTries: 1 },
    };
    const deadline = harness.now + 5_000;
    const spawn = event.spawn.map((child) => ({ ...child, creation: { ...creation, parent: P, deadline } }));
    await inAttempt(harness, P, 1, { ...event, spawn });
    await inAttempt(harness, 'operations/p.a', 1, FAILED);
    await inAttempt(harness, P, 2, FAILED);
    harness.now += 10_000;
    await rerun(harness, { from: 'RESUME_POINT', failedChildrenOnly: true });
    expect((await harness.store.operation('operations/p.a~2'))?.creation?.value).toEqual({
      ...{ ...creation, parent: P2, rerunOf: 'operations/p.a', deadline: harness.now + 5_000 },
    });
  });

  it('with the failed children only has the terms of the earlier wait, and lacks what that wait has taken', async () => {
    const harness = await started();
    const external = { name: 'operations/x', endpoint: 'https://far.example.com', audience: 'far' };
    const other = { ...external, name: 'operations/y' };
    const [key, otherKey] = [externalKey(external), externalKey(other)];
    const terms = {
      policy: { kind: 'QUORUM_SUCCEEDED', quorum: 4 },
      ...{ externals: [external, other], cancelRest: true, pollFrequency: 7_000 },
      resumeMethod: 'https://worker.example.com/resume',
    } as const;
    const asked = waiting(harness.now, [], { ...terms, notifications: ['go', 'stop'] });
    await inAttempt(harness, P, 1, asked);
    const result = { response: INPUT };
    const resume = { operation: P, outcomes: [{ key, outcome: 'SUCCEEDED', result }] } as const;
    await resumeOperation(harness.orchestrator, { ...resume, ifDue: true });
    await harness.apply(P, { type: 'notified', name: 'go', payload: INPUT });
    await resumeOperation(harness.orchestrator, { operation: P, outcomes: [], ifDue: false });
    await inAttempt(harness, P, 2, FAILED);
    harness.now += 10_000;
    const begun = await rerun(harness, { from: 'RESUME_POINT', failedChildrenOnly: true });
    expect(begun.state === 'WAITING' && begun.wait).toMatchObject({
      ...{ ...terms, policy: { kind: 'QUORUM_SUCCEEDED', quorum: 3 }, notifications: ['stop'] },
      ...{ childCount: 2, deadline: harness.now + 60_000 },
    });
    const outcomes = [{ key: otherKey, outcome: 'SUCCEEDED', result }] as const;
    await resumeOperation(harness.orchestrator, { operation: P2, ifDue: true, outcomes });
    expect(harness.resumes(P2)).toEqual([]);
    await harness.apply(P2, { type: 'notified', name: 'stop', payload: INPUT });
    const [signal] = harness.resumes(P2);
    expect(signal?.children.first).toMatchObject([
      { name: 'operations/x', outcome: 'SUCCEEDED', response: INPUT },
      { name: 'operations/y', outcome: 'SUCCEEDED', response: INPUT },
    ]);
    expect(signal?.notifications?.map(({ name }) => name)).toEqual(['go', 'stop']);
  });

  it('with the failed children only is refused if one of them is of another service, or was deleted', async () => {
    const external = { name: 'operations/x', endpoint: 'https://far.example.com', audience: 'far' };
    const far = await started();
    await inAttempt(far, P, 1, waiting(far.now, [], { externals: [external] }));
    const outcomes = [{ key: externalKey(external), outcome: 'FAILED' }] as const;
    await resumeOperation(far.orchestrator, { operation: P, ifDue: true, outcomes });
    await inAttempt(far, P, 2, FAILED);
    const deleted = await started();
    await inAttempt(deleted, P, 1, spawning(deleted.now, P, ['p.a']));
    await inAttempt(deleted, 'operations/p.a', 1, FAILED);
    await inAttempt(deleted, P, 2, FAILED);
    await deleteOperation(deleted.orchestrator, 'operations/p.a');
    for (const [harness, rule] of [
      [far, 'another service'],
      [deleted, 'was deleted'],
    ] as const) {
      const again = rerun(harness, { from: 'RESUME_POINT', failedChildrenOnly: true });
      await expect(again).rejects.toMatchObject({
        kind: 'precondition',
        message: expect.stringContaining(rule),
      });
      expect(await harness.store.operation(P2)).toBeUndefined();
    }
  });

  it('repeats the outcomes of the end of the wait, whatever has become of the children since', async () => {
    const harness = await started();
    const terms = { policy: { kind: 'ANY_DONE' }, deadline: harness.now + 30_000 } as const;
    const event = spawning(harness.now, P, ['p.late']) as Extract<WorkerEvent, { type: 'waiting' }>;
    const { terms: both } = waiting(
      harness.now,
      ['operations/nobody', 'operations/p.late'],
      terms,
    ) as typeof event;
    await inAttempt(harness, P, 1, { ...event, children: ['operations/nobody'], terms: both });
    harness.now += 31_000;
    const outcomes = [{ key: 'operations/nobody', outcome: 'NOT_FOUND' }] as const;
    await resumeOperation(harness.orchestrator, { operation: P, ifDue: true, outcomes });
    await inAttempt(harness, P, 2, FAILED);
    for (const name of ['operations/p.late', 'operations/nobody'] as const) await harness.succeed(name);
    await rerun(harness, { from: 'RESUME_POINT' });
    const [[old], [again]] = [harness.resumes(P), harness.resumes(P2)];
    expect(old?.children.first.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['late', 'TIMED_OUT'],
      [undefined, 'NOT_FOUND'],
    ]);
    expect(again).toMatchObject({ cause: 'DEADLINE', children: old?.children });
  });

  it('resumes with the cause CANCEL if the wait was open when the operation ended', async () => {
    const harness = await started();
    await inAttempt(harness, P, 1, waiting(harness.now, ['operations/late']));
    await harness.apply(P, FAILED);
    await rerun(harness, { from: 'RESUME_POINT' });
    expect(harness.resumes(P2)).toMatchObject([{ cause: 'CANCEL', children: { counts: { PENDING: 1 } } }]);
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
