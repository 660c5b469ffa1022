/**
 * The invariants of shared/lifecycle/transition.ts for dispatched operations: any events of several workers whose clocks
 * are up to an hour apart, late, twice and in any order, with a clock that comes to things in between.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptNumber } from '../../shared/lifecycle/attempt.ts';
import { dueTime } from '../../shared/lifecycle/due.ts';
import type { LifecycleEvent, WorkerEvent } from '../../shared/lifecycle/event.ts';
import { isActive, isTerminal, type Operation } from '../../shared/lifecycle/operation.ts';
import { any, CIRCUMSTANCES, dispatched, event, resumed, START, waiting } from './events.ts';
import { History } from './history.ts';

const HOUR = 3_600_000;
const { terms, children } = waiting(0) as Extract<LifecycleEvent, { type: 'waiting' }>;

const body: fc.Arbitrary<WorkerEvent> = fc.oneof(
  fc.constant<WorkerEvent>({ type: 'heartbeat' }),
  fc.nat(9).map((n): WorkerEvent => ({ type: 'progressed', metadata: any(`m${n}`) })),
  fc.nat(3).map((n): WorkerEvent => ({ type: 'checkpointed', resumePoint: `p${n}` })),
  fc.constant<WorkerEvent>({ type: 'waiting', terms, children, spawn: [] }),
  fc.constantFrom(14, 3).map(
    (code): WorkerEvent => ({
      type: 'attemptFailed',
      error: { code, message: 'broke', details: [] },
      released: false,
    }),
  ),
  fc.constant<WorkerEvent>({ type: 'attemptFailed', released: true }),
  fc.constant<WorkerEvent>({ type: 'succeeded', response: any('done') }),
  fc.constant<WorkerEvent>({ type: 'cancelRequested', cascade: true }),
);

/** What happens next: an event of a worker, maybe of an attempt that is past, or the clock, or the end of a wait. */
type Step =
  | { kind: 'event'; body: WorkerEvent; back: number; worker: number; skewMs: number; twice: boolean }
  | { kind: 'clock'; ms: number }
  | { kind: 'resume' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      body,
      back: fc.nat(2),
      worker: fc.nat(1),
      skewMs: fc.integer({ min: -HOUR, max: HOUR }),
      twice: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      ms: fc.constantFrom(1, 1_000, 70_000, 400_000),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'resume' }) },
);

class World {
  readonly history = new History();
  now = START;
  #count = 0;

  constructor(catchPoint: string | undefined) {
    this.apply(dispatched(0, { maxTries: 3, ...(catchPoint !== undefined && { catchPoint }) }, 4 * HOUR));
  }

  apply(item: LifecycleEvent) {
    return this.history.apply(item, { ...CIRCUMSTANCES, now: this.now });
  }

  play(next: Step): void {
    const { operation } = this.history;
    if (next.kind === 'clock') {
      this.now += next.ms;
      const header = event(
        this.now - START,
        { type: 'progressed' },
        { eventId: `lro:elapsed:${this.#count++}` },
      );
      this.apply({ ...header, type: 'elapsed', sweptSince: 0 } as LifecycleEvent);
    } else if (next.kind === 'resume') {
      if (operation?.state === 'WAITING') this.apply(resumed(operation.wait.waitId));
    } else {
      const attempt = Math.max(1, attemptNumber(operation?.attempts ?? []) - next.back);
      const item = event(this.now - START + next.skewMs, next.body, {
        eventId: `e${this.#count++}`,
        attempt,
        worker: `w${next.worker}-${attempt}`,
        publishTime: this.now,
      });
      this.now += 1;
      this.apply(item);
      if (next.twice) expect(this.apply(item)).toSatisfy(changesNothing);
    }
  }
}

function changesNothing(result: unknown): boolean {
  if (result === 'duplicate') return true;
  const { outcome, silent, next } = result as { outcome: string; silent?: true; next?: Operation };
  return outcome === 'unchanged' || outcome === 'rejected' || silent === true || next === undefined;
}

describe('attempts', () => {
  it('keep the invariants of the lifecycle, whatever the workers say', () => {
    fc.assert(
      fc.property(
        fc.option(fc.constant('undo'), { nil: undefined }),
        fc.array(step, { maxLength: 40 }),
        (point, steps) => {
          const world = new World(point);
          for (const next of steps) {
            const before = world.history.operation as Operation;
            world.play(next);
            holds(before, world.history.operation as Operation, world.history, world.now);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

function holds(before: Operation, after: Operation, history: History, now: number): void {
  // I1
  if (isTerminal(before))
    expect(after).toMatchObject({ state: before.state, terminalEventId: before.terminalEventId });
  // I4
  const open = [...history.waits.values()].filter(({ end }) => !end).map(({ waitId }) => waitId);
  expect(open).toEqual(after.state === 'WAITING' ? [after.wait.waitId] : []);
  // I6: the number never falls, an attempt that has ended stays so, and a holder stays the holder.
  expect(attemptNumber(after.attempts)).toBeGreaterThanOrEqual(attemptNumber(before.attempts));
  for (const attempt of before.attempts) {
    const later = after.attempts.find(({ number }) => number === attempt.number);
    if (!later) continue;
    if (attempt.end !== undefined) expect(later.end).toBe(attempt.end);
    if (attempt.worker !== undefined) expect(later.worker).toBe(attempt.worker);
  }
  // Every attempt is handed over by its own signal.
  const signalled = new Set(
    history.effects.flatMap((effect) =>
      'attempt' in effect && effect.kind !== 'signalCancel' ? [effect.attempt] : [],
    ),
  );
  for (const { number } of after.attempts) expect(signalled).toContain(number);
  // Whatever is open has a moment at which it is looked at, and it is bounded: nothing is stranded.
  if (isActive(after)) expect(dueTime(after)).toBeLessThan(now + 48 * HOUR);
  // The tries never pass their bound.
  if (!after.lastResort && isActive(after)) expect(after.tries).toBeLessThanOrEqual(3);
}
