/** The children that a rerun spawns: new names, and what it takes over from the earlier runs. */
import { describe, expect, it } from 'vitest';
import { deleteOperation } from '../../shared/orchestrator/delete-operation.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { FAILED, INPUT, inAttempt, P, P2, rerun, spawning, started } from './rerun-harness.ts';

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

  it('takes over what has succeeded since the wait ended, and nothing that was deleted', async () => {
    const harness = await started();
    const anyDone = { policy: { kind: 'ANY_DONE' } };
    await inAttempt(harness, P, 1, spawning(harness.now, P, [...IDS, 'c'], anyDone));
    await inAttempt(harness, 'operations/a', 1, { type: 'succeeded', response: INPUT });
    await inAttempt(harness, P, 2, FAILED);
    await inAttempt(harness, 'operations/b', 1, { type: 'succeeded', response: INPUT });
    await inAttempt(harness, 'operations/c', 1, FAILED);
    await deleteOperation(harness.orchestrator, 'operations/a');
    await rerun(harness, { failedChildrenOnly: true });
    await inAttempt(harness, P2, 1, spawning(harness.now, P2, [...IDS, 'c']));
    expect(await harness.store.activeChildren(P2, 10)).toEqual(['operations/a~2', 'operations/c~2']);
    const wait = (await harness.store.waits(P2, 0, 1))[0]?.wait;
    const listed = wait && (await harness.store.listChildren(wait, { from: 0, limit: 10, maxBytes: 10_000 }));
    expect(listed?.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['operations/a~2', 'PENDING'],
      ['operations/b', 'SUCCEEDED'],
      ['operations/c~2', 'PENDING'],
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
