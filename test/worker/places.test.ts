/** How many attempts a process takes at a time. */
import { describe, expect, it } from 'vitest';
import { Pace } from '../../shared/worker/pace.ts';
import { Place, Places } from '../../shared/worker/places.ts';

/** `number` attempts, each in its place; `freed` counts the places that another attempt may have. */
function occupied(places: Places, number: number) {
  const freed = { count: 0 };
  const made = Array.from({ length: number }, () => new Place(places, () => freed.count++));
  return { made, freed };
}

describe('a place', () => {
  it('is occupied from the beginning of its attempt to its end', () => {
    const places = new Places(3);
    const { made, freed } = occupied(places, 2);
    expect(places.free).toBe(1);
    for (const place of [...made, ...made]) place.leave();
    expect([places.free, places.occupied, places.reported]).toEqual([3, 0, 0]);
    expect(freed.count).toBe(0);
  });

  it('is free while the end of its attempt is reported, and said to be free once', () => {
    const places = new Places(2);
    const { made, freed } = occupied(places, 2);
    for (const place of [...made, ...made]) place.report();
    expect([places.free, places.occupied, places.reported]).toEqual([2, 0, 2]);
    expect(freed.count).toBe(2);
    for (const place of made) place.leave();
    for (const place of made) place.report();
    expect([places.free, places.occupied, places.reported]).toEqual([2, 0, 0]);
  });

  it('is occupied again if a step follows after all, also where another attempt has it', () => {
    const places = new Places(1);
    const { made } = occupied(places, 1);
    made[0]?.report();
    occupied(places, 1);
    for (let again = 0; again < 2; again++) made[0]?.occupy();
    expect([places.free, places.occupied, places.reported]).toEqual([-1, 2, 0]);
  });

  it('is given to no further attempt while twice as many attempts as places are under way', () => {
    const places = new Places(2);
    const free: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      free.push(places.free);
      occupied(places, 1).made[0]?.report();
    }
    expect([...free, places.free]).toEqual([2, 2, 2, 1, 0]);
  });
});

it('the pace is the larger count of this second and the one before, and a longer silence ends it', () => {
  const clock = { now: 10_500 };
  const pace = new Pace(() => clock.now);
  const end = (attempts: number) => {
    for (let attempt = 0; attempt < attempts; attempt++) pace.ended();
    return pace.perSecond;
  };
  expect(end(3)).toBe(3);
  clock.now = 11_000;
  expect([pace.perSecond, end(1), end(4)]).toEqual([3, 3, 5]);
  clock.now = 12_999;
  expect(pace.perSecond).toBe(5);
  clock.now = 13_000;
  expect(pace.perSecond).toBe(0);
  end(2);
  clock.now = 15_000;
  expect(pace.perSecond).toBe(0);
});
