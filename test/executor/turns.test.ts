import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from '../../executor/runner/turns.ts';

/** Runs short steps until there is no time left in this turn. */
function useUp(turns: Turns): Promise<void> {
  for (;;) {
    const wait = turns.next();
    if (wait) return wait;
  }
}

it('runs as many of the waiting steps in one turn as there is time for, in their order', async () => {
  const turns = new Turns();
  const waiting = [useUp(turns), ...Array.from({ length: 199 }, () => turns.next())];
  const ran: number[] = [];
  waiting.forEach((wait, index) => void wait?.then(() => ran.push(index)));
  let taken = 0;
  for (; ran.length < waiting.length; taken++) await nextTurn();
  expect(ran).toEqual(waiting.map((_, index) => index));
  expect(taken).toBeLessThan(50);
});

it('lets a strand that uses up its turn wait behind the others', async () => {
  const turns = new Turns();
  const ran: string[] = [];
  const strand = async (name: string) => {
    for (let round = 0; round < 3; round++) {
      await useUp(turns);
      ran.push(name);
    }
  };
  await Promise.all(['a', 'b', 'c'].map(strand));
  expect(ran.slice(0, 3)).toEqual(['a', 'b', 'c']);
  expect(ran.toSorted()).toEqual(['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c']);
});
