import { beforeAll, expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { cancelOperation } from '../../shared/orchestrator/cancel-operation.ts';
import { deleteOperation } from '../../shared/orchestrator/delete-operation.ts';
import { newName } from '../store/fixtures.ts';
import { onEveryStore } from '../store/implementations.ts';
import { type OrchestratorUnderTest, orchestratorOn, waitingFor } from './api-under-test.ts';

onEveryStore('cancel', (subject) => {
  let orchestrator: OrchestratorUnderTest;
  beforeAll(() => {
    orchestrator = orchestratorOn(subject().store);
  });

  const created = async (parent?: OperationName) => {
    const name = newName('cancel');
    const creation = { method: 'm', labels: {}, ...(parent && { parent }) };
    await orchestrator.happens(name, { type: 'created', creation });
    return name;
  };
  const signalsTo = (name: OperationName) =>
    orchestrator.told.signals
      .filter(({ operation }) => operation === name)
      .map((signal) => (signal.kind === 'RESUME' ? `RESUME ${signal.cause}` : signal.kind))
      .sort();

  it('ends the wait with the cause CANCEL, stops its workflow and reaches the children', async () => {
    const parent = await created();
    const [started, waitedFor] = [await created(parent), await created()];
    await orchestrator.happens(parent, waitingFor([waitedFor]));
    const [{ wait } = {}] = await subject().store.waits(parent, 0, 1);
    await cancelOperation(orchestrator, parent);
    expect(signalsTo(parent)).toEqual(['CANCEL', 'RESUME CANCEL']);
    expect(orchestrator.told.stopped).toContain(`executions/${wait?.waitId}`);
    for (const child of [started, waitedFor]) expect(signalsTo(child)).toEqual(['CANCEL']);
  });

  it('asks once, and again when the operation waits again', async () => {
    const name = await created();
    await cancelOperation(orchestrator, name);
    await cancelOperation(orchestrator, name);
    expect(signalsTo(name)).toEqual(['CANCEL']);
    await orchestrator.happens(name, waitingFor([await created()]));
    expect(signalsTo(name)).toEqual(['CANCEL', 'RESUME CANCEL']);
    await orchestrator.happens(name, waitingFor([await created()]));
    await cancelOperation(orchestrator, name);
    await cancelOperation(orchestrator, name);
    expect(signalsTo(name)).toEqual(['CANCEL', 'CANCEL', 'RESUME CANCEL', 'RESUME CANCEL']);
  });

  it('tells what a first call could not tell', async () => {
    const name = await created();
    orchestrator.bus.up = false;
    await expect(cancelOperation(orchestrator, name)).rejects.toMatchObject({ kind: 'unavailable' });
    orchestrator.bus.up = true;
    await cancelOperation(orchestrator, name);
    expect(signalsTo(name)).toEqual(['CANCEL']);
  });

  it('succeeds for a terminal operation, and changes nothing', async () => {
    const name = await created();
    await orchestrator.happens(name, { type: 'cancelled' });
    const before = await subject().store.operation(name);
    await cancelOperation(orchestrator, name);
    expect(await subject().store.operation(name)).toEqual(before);
    expect(signalsTo(name)).toEqual([]);
  });

  it('answers NOT_FOUND for an operation that does not exist, and creates none', async () => {
    const unknown = newName();
    await expect(cancelOperation(orchestrator, unknown)).rejects.toMatchObject({ kind: 'notFound' });
    expect(await subject().store.operation(unknown)).toBeUndefined();
    const deleted = await created();
    await deleteOperation(orchestrator, deleted);
    await expect(cancelOperation(orchestrator, deleted)).rejects.toMatchObject({ kind: 'notFound' });
  });
});
