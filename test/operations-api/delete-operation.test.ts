import { beforeAll, expect, it } from 'vitest';
import type { WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { ALWAYS } from '../../shared/orchestrator/condition.ts';
import { deleteOperation } from '../../shared/orchestrator/delete-operation.ts';
import { existingOperation } from '../../shared/orchestrator/existing-operation.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { resumeOperation } from '../../shared/orchestrator/resume-operation.ts';
import { newName } from '../store/fixtures.ts';
import { onEveryStore } from '../store/implementations.ts';
import { type OrchestratorUnderTest, orchestratorOn, waitingFor } from './api-under-test.ts';

const SUCCEEDED: WorkerEvent = {
  type: 'succeeded',
  response: { typeUrl: 'type.googleapis.com/google.protobuf.Empty', value: new Uint8Array() },
};

onEveryStore('delete', (subject) => {
  let orchestrator: OrchestratorUnderTest;
  beforeAll(() => {
    orchestrator = orchestratorOn(subject().store);
  });

  const isGone = (name: OperationName) =>
    expect(existingOperation(orchestrator, name)).rejects.toMatchObject({ kind: 'notFound' });
  const created = async (hint: string) => {
    const name = newName(hint);
    await orchestrator.happens(name, { type: 'created', creation: { method: 'm', labels: {} } });
    return name;
  };

  it('removes an operation from sight, once', async () => {
    const name = await created('seen');
    await orchestrator.happens(name, SUCCEEDED);
    await deleteOperation(orchestrator, name);
    await isGone(name);
    const listed = await subject().store.list({ condition: ALWAYS, limit: 1_000 });
    expect(listed.map((one) => one.name)).not.toContain(name);
    const request = { operation: name, ifDue: true, outcomes: [] };
    await expect(resumeOperation(orchestrator, request)).rejects.toMatchObject({ kind: 'notFound' });
    await expect(deleteOperation(orchestrator, name)).rejects.toMatchObject({ kind: 'notFound' });
    await expect(deleteOperation(orchestrator, newName())).rejects.toMatchObject({ kind: 'notFound' });
  });

  it('keeps it from coming back with late events, and completes nothing', async () => {
    const name = await created('late');
    await deleteOperation(orchestrator, name);
    for (const event of [SUCCEEDED, { type: 'cancelled' }, waitingFor([])] as const) {
      await orchestrator.happens(name, event);
    }
    await isGone(name);
    expect(await subject().store.operation(name)).toMatchObject({ name, state: 'DELETED' });
    expect((await subject().store.history(name, 9)).map(({ reason }) => reason)).toEqual([
      ...['DELETED', 'DELETED', 'DELETED'],
      ...[undefined, undefined],
    ]);
    expect(orchestrator.told.completions.filter((operation) => operation.name === name)).toEqual([]);
    expect(await subject().store.outbox(name)).toEqual([]);
  });

  it('ends its wait and stops its workflow; a child that ends later resumes nothing', async () => {
    const child = await created('child');
    const parent = await created('parent');
    await orchestrator.happens(parent, waitingFor([child]));
    const [{ wait } = {}] = await subject().store.waits(parent, 0, 1);
    await deleteOperation(orchestrator, parent);
    expect(orchestrator.told.stopped).toContain(`executions/${wait?.waitId}`);
    expect((await subject().store.waits(parent, 0, 1))[0]?.wait.end).toMatchObject({ reason: 'DELETED' });
    await orchestrator.happens(child, SUCCEEDED);
    expect(orchestrator.told.signals.filter(({ operation }) => operation === parent)).toEqual([]);
  });

  it.each([
    ['while it is waited for', false],
    ['before it is waited for', true],
  ])('lets those go on that wait for it: deleted %s', async (_, before) => {
    const child = await created('child');
    const parent = await created('parent');
    if (before) await deleteOperation(orchestrator, child);
    await orchestrator.happens(parent, waitingFor([child]));
    if (!before) await deleteOperation(orchestrator, child);
    const signals = orchestrator.told.signals.filter(({ operation }) => operation === parent);
    expect(signals).toMatchObject([
      { kind: 'RESUME', cause: 'CHILDREN', children: { first: [{ name: child, outcome: 'NOT_FOUND' }] } },
    ]);
    expect(await existingOperation(orchestrator, parent)).toMatchObject({ state: 'RUNNING' });
  });

  it('loses no completion that could not be published yet', async () => {
    const name = await created('told');
    const { bus, told } = orchestrator;
    bus.up = false;
    await expect(orchestrator.happens(name, SUCCEEDED)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(deleteOperation(orchestrator, name)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await existingOperation(orchestrator, name)).toMatchObject({ state: 'SUCCEEDED' });
    bus.up = true;
    await deleteOperation(orchestrator, name);
    await isGone(name);
    expect(told.completions.filter((operation) => operation.name === name)).toHaveLength(1);
  });

  it('loses no completion of one that becomes terminal meanwhile, and whose worker was not heard', async () => {
    const name = await created('raced');
    const { store, bus, told } = orchestrator;
    let looks = 0;
    const racing: OperationStore = {
      ...store,
      async operation(asked) {
        const found = await store.operation(asked);
        looks += 1;
        if (looks > 1) return found;
        // It ends right after it was looked at, and the call that applied the event could not publish it.
        bus.up = false;
        await orchestrator.happens(name, SUCCEEDED).catch(() => undefined);
        bus.up = true;
        return found;
      },
    };
    await deleteOperation({ ...orchestrator, store: racing }, name);
    await isGone(name);
    expect(told.completions.filter((operation) => operation.name === name)).toHaveLength(1);
  });
});
