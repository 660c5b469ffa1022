/** Reruns of terminal operations, on a store in memory. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import { Tenants } from '../../shared/orchestrator/tenants.ts';
import { Harness } from './harness.ts';
import { FAILED, INPUT, inAttempt, P, P2, rerun, signalsOf, started, text } from './rerun-harness.ts';

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
    const begun = await rerun(harness);
    expect([begun.name, begun.state]).toEqual([P2, 'RUNNING']);
    // All but the parent, which waits for the old one.
    expect(begun.creation?.value).toEqual({
      ...{ method: 'm', labels: { team: 'a' }, ttl: 7_200_000, input: INPUT, timeoutMs: 60_000 },
      ...{ dispatch: DEFAULT_DISPATCH, rerunOf: P, deadline: harness.now + 60_000 },
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
    const running = await started();
    await expect(rerun(running)).rejects.toMatchObject({ kind: 'precondition' });
    const harness = await started(false);
    await harness.succeed(P);
    await expect(rerun(harness)).rejects.toMatchObject({ kind: 'precondition' });
    await expect(rerun(harness, { operation: 'operations/nobody' })).rejects.toMatchObject({
      kind: 'notFound',
    });
  });
});
