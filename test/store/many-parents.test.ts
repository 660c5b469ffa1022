import { expect, it } from 'vitest';
import type { Effect } from '../../shared/lifecycle/effect.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { type Change, MAX_FINISHED_WAITS } from '../../shared/orchestrator/ports/commit.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { begun, changeOf, countsOf, newName, openWait, running, succeeded, waitingFor } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const PARENTS = MAX_FINISHED_WAITS + 7;
const FINISH_WAITS: Effect = { kind: 'finishWaits' };

async function waitFor(store: OperationStore, child: OperationName) {
  const waits = Array.from({ length: PARENTS }, () => openWait(newName('many'), 1));
  await store.commitAll(
    waits.map((wait) => ({
      reads: { operation: wait.operation, eventId: wait.waitId },
      decide: () =>
        changeOf(waitingFor(running(wait.operation), wait), wait.waitId, { begun: begun(wait, [child]) }),
    })),
  );
  return waits;
}

onEveryStore('a child with more waiting parents than one commit holds', (subject) => {
  it('settles the first waits in its commit, and the others in batches', async () => {
    const { store } = subject();
    const child = newName('child');
    const waits = await waitFor(store, child);
    const first = await store.commit({ operation: child, eventId: 'end', waits: true }, (snapshot) =>
      changeOf(succeeded(running(child)), 'end', {
        finished: { waits: snapshot.waits, outcome: 'SUCCEEDED' },
        effects: [
          ...snapshot.waits.map((parent): Effect => ({ kind: 'settleWait', parent })),
          ...(snapshot.moreWaits ? [FINISH_WAITS] : []),
        ],
      }),
    );
    expect(first.snapshot.moreWaits).toBe(true);
    expect(first.snapshot.waits).toHaveLength(MAX_FINISHED_WAITS);
    expect(await store.outbox(child)).toHaveLength(MAX_FINISHED_WAITS + 1);

    const second = await store.commit({ operation: child, waits: true }, (snapshot): Change | undefined => {
      const { operation, waits: rest } = snapshot;
      if (!operation) throw new Error('The operation is there.');
      const effects = rest.map((parent): Effect => ({ kind: 'settleWait', parent }));
      return { operation, effects, effectsDue: 1, finished: { waits: rest, outcome: 'SUCCEEDED' } };
    });
    expect(second.snapshot.moreWaits).toBe(false);
    expect(second.snapshot.waits).toHaveLength(7);
    expect(await store.operation(child)).toEqual(succeeded(running(child)));
    const reads = { operation: child, waits: true };
    expect((await store.commit(reads, () => undefined)).snapshot.waits).toEqual([]);
    for (const wait of [waits[0], waits.at(-1)]) {
      expect(wait && (await countsOf(store, wait))).toEqual({ SUCCEEDED: 1 });
    }
    await store.removeEffects(
      child,
      (await store.outbox(child)).map(({ effect }) => effect),
    );
  });
});
