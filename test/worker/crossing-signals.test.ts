/**
 * Signals that cross: any order of signals, copies, cancels, notifications, ends of children, lost leases, outages and stops of two worker
 * processes ends well.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Work } from './crossing-work.ts';
import { type Process, settle, World } from './crossing-world.ts';

const RENEWAL_MS = 20_000;

const index = fc.nat(11);
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), at: index, on: index }) },
  fc.record({
    do: fc.constantFrom('copy', 'finish', 'kill', 'stop', 'notify') as fc.Arbitrary<Do>,
    at: index,
    on: index,
  }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), at: index, on: index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('lose', 'pass', 'renew', 'break') as fc.Arbitrary<Do>,
      at: index,
      on: index,
    }),
  },
);
type Do =
  | 'deliver'
  | 'copy'
  | 'finish'
  | 'cancel'
  | 'notify'
  | 'lose'
  | 'pass'
  | 'renew'
  | 'break'
  | 'stop'
  | 'kill';

async function act(world: World, what: Do, at: number, on: number): Promise<void> {
  const process = world.processes[on % 2] as Process;
  const work = world.works[at % world.works.length] as Work;
  if (what === 'deliver') world.deliver(process, at);
  if (what === 'copy') world.deliver(process, at, 2);
  if (what === 'finish') [...process.steps.values()].at(at % Math.max(1, process.steps.size))?.();
  if (what === 'cancel') world.cancel(work, process);
  if (what === 'notify') world.notify(work);
  if (what === 'lose') world.loseLease(work);
  if (what === 'pass') await world.pass(5_000);
  if (what === 'renew') await world.pass(RENEWAL_MS);
  if (what === 'break') world.isDown = !world.isDown;
  if (what === 'stop') await world.stop(process);
  if (what === 'kill') world.kill(process);
  // Not always, so that signals meet an attempt in the middle of its calls.
  if (at % 3 > 0) await settle();
  world.collect();
}

/** Delivers all signals, and lets the time of two renewals pass. */
async function calm(world: World): Promise<void> {
  world.expire();
  for (let round = 0; world.bus.length > 0 && round < 10; round++) {
    world.deliver(world.processes[round % 2] as Process, 0);
    await settle();
  }
  await world.pass(RENEWAL_MS);
  await world.pass(RENEWAL_MS);
}

it('every operation ends once, with all results of its children, no step goes on that was asked to stop, and none runs again that has ended', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ leased: fc.boolean(), isParent: fc.boolean() }), { minLength: 1, maxLength: 4 }),
      fc.array(action, { maxLength: 30 }),
      async (kinds, actions) => {
        const world = new World(kinds);
        for (const { do: what, at, on } of actions) await act(world, what, at, on);
        world.isDown = false;
        await calm(world);
        const running = world.processes.flatMap(({ steps }) => [...steps.keys()]);
        const told = world.works.filter(({ cancelRequested }) => cancelRequested).map(({ name }) => name);
        expect(running.filter((key) => told.some((name) => key.startsWith(`${name}#`)))).toEqual([]);
        for (let round = 0; world.works.some(({ end }) => end === undefined) && round < 40; round++) {
          for (const work of world.works) world.notify(work);
          for (const { steps } of world.processes) for (const finish of steps.values()) finish();
          await calm(world);
        }
        expect(world.works.filter(({ end }) => end === undefined)).toEqual([]);
        expect(world.works.map(({ end }) => end)).not.toContain('FAILED');
        expect(world.repeated).toEqual([]);
        for (const one of world.collected) expect(one).toEqual(world.expected(one.name));
        for (const process of world.processes) await world.stop(process);
      },
    ),
    { numRuns: 150 },
  );
});
