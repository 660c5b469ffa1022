import { expect, it } from 'vitest';
import type { Effect } from '../../shared/lifecycle/effect.ts';
import { type HistoryEntry, MAX_INSPECTED } from '../../shared/orchestrator/ports/store.ts';
import {
  beginWait,
  changeOf,
  endWait,
  entry,
  finish,
  NOW,
  newName,
  order,
  put,
  running,
} from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const LIMITS = { history: 50, waits: 50 };

onEveryStore('inspection', (subject) => {
  it('shows the operation with its newest lines and waits, its outbox and its reruns', async () => {
    const { store } = subject();
    const [name, child] = [newName(), newName()];
    for (let round = 0; round < 4; round++) {
      const wait = await beginWait(store, name, [child, newName()], { waitId: `w${round}` });
      if (round === 3) await finish(store, child);
      await endWait(store, wait);
    }
    const effect: Effect = { kind: 'stopWorkflow', waitId: 'w3' };
    await put(store, running(name), { effects: [effect] }, 'last');
    const reruns = [newName(), newName()];
    for (const [index, rerun] of reruns.entries()) {
      const value = { method: 'm', labels: {}, rerunOf: name };
      await put(store, running(rerun, { creation: { order: order('1'), value }, createTime: NOW + index }));
    }
    const inspection = await store.inspection(name, { history: 2, waits: 2 });
    expect(inspection?.operation).toEqual(running(name));
    expect(inspection?.history).toHaveLength(2);
    expect(inspection?.history[0]?.eventId).toBe('last');
    expect(inspection?.waits.map(({ wait, counts }) => [wait.waitId, counts])).toEqual([
      ['w3', { SUCCEEDED: 1, PENDING: 1 }],
      ['w2', { PENDING: 2 }],
    ]);
    expect(inspection?.waitCount).toBe(4);
    expect(inspection?.outbox.map((one) => one.effect)).toEqual([effect]);
    expect(inspection?.reruns).toEqual([...reruns].reverse());
    expect((await store.waits(name, 1, 2)).map(({ wait }) => wait.waitId)).toEqual(['w2', 'w1']);
    expect(await store.waits(name, 4, 2)).toEqual([]);
  });

  it('limits the outbox entries', async () => {
    const { store } = subject();
    const name = newName();
    const effects = Array.from({ length: MAX_INSPECTED + 5 }, (_, index) => ({
      ...{ kind: 'stopWorkflow', waitId: `w${index}` },
    })) as Effect[];
    await put(store, running(name), { effects });
    expect((await store.inspection(name, LIMITS))?.outbox).toHaveLength(MAX_INSPECTED);
    expect(await store.outbox(name)).toHaveLength(MAX_INSPECTED + 5);
  });

  it('shows of each line of the history the attempt, the worker, the rejection and the error', async () => {
    const { store } = subject();
    const name = newName();
    const lines: readonly HistoryEntry[] = [
      entry('plain'),
      entry('taken', { type: 'checkpointed', attempt: 3, worker: 'host "ü" 1' }),
      entry('lost', { type: 'elapsed', reason: 'LEASE_LOST', attempt: 3 }),
      entry('failed', { type: 'attemptFailed', attempt: 3, error: { code: 14, message: 'down' } }),
      entry('stale', { outcome: 'IGNORED', reason: 'STALE_ATTEMPT', attempt: 1, worker: '' }),
      entry('rejected', {
        ...{ type: 'rejected', outcome: 'REJECTED' },
        rejection: { type: 'unknown', field: 'waiting.timeout', reason: 'is "too" long' },
      }),
    ];
    for (const history of lines) {
      const { eventId } = history;
      const change = { ...changeOf(running(name), eventId), history };
      await store.commit({ operation: name, eventId }, () => change);
    }
    expect((await store.inspection(name, LIMITS))?.history).toEqual([...lines].reverse());
    expect(await store.history(name, 50)).toEqual([...lines].reverse());
  });
});
