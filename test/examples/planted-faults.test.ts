/** `explore` on the operations of examples that are right, and on those that are not. */
import { deepEqual } from 'node:assert/strict';
import { type ExplorationError, explore } from 'lro-orchestrator/testing';
import { describe, expect, it } from 'vitest';
import { cards, flights, hotels } from '../../examples/outside-world.ts';
import { awaitSleep } from '../../examples/planted-faults/await-sleep.ts';
import { childrenByIndex } from '../../examples/planted-faults/children-by-index.ts';
import type { Fault } from '../../examples/planted-faults/fault.ts';
import { lostChild } from '../../examples/planted-faults/lost-child.ts';
import { noKey } from '../../examples/planted-faults/no-key.ts';
import { undoByState } from '../../examples/planted-faults/undo-by-state.ts';
import { trip, tripWorker } from '../../examples/trip.ts';

async function firstWrong({ of, input, worker, effects, check }: Fault): Promise<ExplorationError> {
  const options = {
    operations: [worker],
    effects,
    check,
    outcome: 'any',
    dispatch: { maxTries: 2 },
  } as const;
  const result = await explore(of, input, options).catch((error: ExplorationError) => error);
  if ('schedule' in result) return result;
  throw new Error(`nothing goes wrong in ${result.runs} runs`);
}

describe('explore', () => {
  it.each([
    [
      'no key',
      noKey,
      [
        'at point 2, after cards.charge in step "start" of attempt 1 of operations/explored: the worker crashes',
      ],
    ],
    [
      'a lost child',
      lostChild,
      [
        'at point 2, after jobs.start in step "start" of attempt 1 of operations/explored: the worker crashes',
      ],
    ],
    ['await op.sleep', awaitSleep, []],
  ] as const)('finds the shortest schedule for %s', async (_, fault, schedule) => {
    expect((await firstWrong(fault)).schedule).toEqual(schedule);
  });

  it('finds an undo by what was saved, which needs a worker that crashes in each try', async () => {
    const { schedule } = await firstWrong(undoByState);
    expect(schedule).toHaveLength(2);
    expect(schedule.every((line) => line.includes('the worker crashes'))).toBe(true);
  });

  it('finds children that are named by index, and prints the schedule and its seed', async () => {
    const error = await firstWrong(childrenByIndex);
    expect(error.schedule).toHaveLength(1);
    expect(error.message).toMatch(/^Schedule \d+ \(seed 1\) goes wrong/);
    expect(error.message).toContain(error.schedule[0]);
  });

  it('finds nothing in the saga that undoes by key', async () => {
    const check: Fault['check'] = ({ operation: { error } }) => {
      const left = [flights.booked, hotels.booked, cards.charges].map((made) => Object.keys(made).length);
      deepEqual(left, error ? [0, 0, 0] : [1, 1, 1]);
    };
    const { runs, exhaustive } = await explore(
      trip,
      { route: 'ZRH-LIS', cents: 100 },
      {
        ...{ operations: [tripWorker], effects: { flights, hotels, cards }, check },
        ...{ outcome: 'any', faults: 1, dispatch: { maxTries: 1 } },
      },
    );
    expect(exhaustive).toBe(true);
    expect(runs).toBeGreaterThan(10);
  });
});
