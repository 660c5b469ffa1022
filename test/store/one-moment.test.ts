/** What is read together is of one moment, while waits begin and end without pause. */
import { expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { beginWait, endWait, finish, newName, put, running, UNLIMITED_BYTES } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const WAITS = 25;
const READERS = 4;

/** Begins waits with a child that ends, and ends them, one after the other. */
async function live(store: OperationStore, parent: OperationName): Promise<void> {
  for (let round = 0; round < WAITS; round++) {
    const child = newName('child');
    const wait = await beginWait(store, parent, [child, newName()], { waitId: `wait-${round}` });
    await finish(store, child);
    await endWait(store, wait);
  }
}

/** Reads until `work` is over, and checks each answer; how many there were. */
async function readUntil(work: Promise<unknown>, read: () => Promise<void>): Promise<number> {
  let over = false;
  let reads = 0;
  const ended = work.finally(() => {
    over = true;
  });
  const readers = Array.from({ length: READERS }, async () => {
    while (!over) {
      await read();
      reads += 1;
      // Lets the writer have its turn on a store that answers at once.
      await new Promise(setImmediate);
    }
  });
  await Promise.all([ended, ...readers]);
  return reads;
}

onEveryStore('reads while waits begin and end', (subject) => {
  it('see an operation together with its open wait', async () => {
    const { store, another } = subject();
    const parent = newName('parent');
    await put(store, running(parent));
    const other = await another?.();
    const reads = await readUntil(live(store, parent), async () => {
      const operation = await (other ?? store).operation(parent);
      expect(['RUNNING', 'WAITING']).toContain(operation?.state);
      const several = await (other ?? store).operations([parent, newName()]);
      expect(['RUNNING', 'WAITING']).toContain(several.get(parent)?.state);
    });
    expect(reads).toBeGreaterThan(10);
    await other?.close();
  });

  it('see an inspection whose parts are consistent', async () => {
    const { store, another } = subject();
    const parent = newName('parent');
    await put(store, running(parent));
    const other = await another?.();
    const reads = await readUntil(live(store, parent), async () => {
      const inspection = await (other ?? store).inspection(parent, { history: 1_000, waits: 1_000 });
      if (!inspection) throw new Error('The operation is gone.');
      const { operation, waits, waitCount, history } = inspection;
      const open = waits.filter(({ wait }) => wait.end === undefined);
      expect(open).toHaveLength(operation.state === 'WAITING' ? 1 : 0);
      expect(waits).toHaveLength(waitCount);
      // One line for the creation, and one for each beginning and end.
      expect(history).toHaveLength(1 + 2 * waitCount - open.length);
      for (const { counts } of waits) {
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(2);
      }
    });
    expect(reads).toBeGreaterThan(10);
    await other?.close();
  });

  it('see the children of a wait each once, with the counts that belong to them', async () => {
    const { store, another } = subject();
    const parent = newName('parent');
    const children = Array.from({ length: 30 }, () => newName('child'));
    const wait = await beginWait(store, parent, children);
    const other = await another?.();
    const ends = async () => {
      for (const child of children) await finish(store, child);
    };
    await readUntil(ends(), async () => {
      const at = other ?? store;
      const summary = await at.summary(wait, 100, UNLIMITED_BYTES);
      const done = summary?.first.filter(({ outcome }) => outcome === 'SUCCEEDED') ?? [];
      expect(summary?.counts.SUCCEEDED ?? 0).toBe(done.length);
      for (const { operation } of done) expect(operation?.completeTime).toBeDefined();
      const listed = await at.listChildren(wait, { from: 0, limit: 100, maxBytes: UNLIMITED_BYTES });
      expect(listed?.map(({ key }) => key)).toEqual(children);
    });
    await other?.close();
  });
});
