/** The invariants of shared/lifecycle/transition.ts, for random lifecycles in any order and with any duplicates. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectId } from '../../shared/lifecycle/effect.ts';
import type { LifecycleEvent } from '../../shared/lifecycle/event.ts';
import { isTerminal, type Operation } from '../../shared/lifecycle/operation.ts';
import {
  any,
  CIRCUMSTANCES,
  cancelRequested,
  created,
  event,
  failed,
  resumed,
  START,
  succeeded,
  waiting,
} from './events.ts';
import { History } from './history.ts';

const text = fc.string({ maxLength: 5 });

/** One step of a worker at a tick, without the steps that begin and end its life. */
const step = (tick: number): fc.Arbitrary<LifecycleEvent> =>
  fc.oneof(
    text.map((value) => event(tick, { type: 'progressed', metadata: any(value) })),
    text.map((resumePoint) =>
      event(tick, { type: 'checkpointed', resumePoint, checkpoint: Buffer.from(resumePoint) }),
    ),
    text.map((resumePoint) => waiting(tick, resumePoint)),
  );

/** One worker's lifecycle: created, up to eight steps, one terminal event. */
const lifecycle: fc.Arbitrary<LifecycleEvent[]> = fc
  .tuple(fc.nat(8), fc.constantFrom(succeeded, failed), fc.option(text, { nil: undefined }))
  .chain(([steps, terminal, metadata]) =>
    fc.tuple(
      fc.constant(created(0, 'm', metadata === undefined ? undefined : any(metadata))),
      ...Array.from({ length: steps }, (_, index) => step(index + 1)),
      fc.constant(terminal(steps + 1)),
    ),
  );

/** The events in any order, each at least once and up to three times. */
const shaken = (events: readonly LifecycleEvent[]) =>
  fc
    .tuple(...events.map(() => fc.integer({ min: 1, max: 3 })))
    .map((times) => events.flatMap((item, index) => Array.from({ length: times[index] ?? 1 }, () => item)))
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));

/** What users see of an operation. */
function visible(operation: Operation | undefined) {
  if (!operation) return undefined;
  const { updateTime, lastWait, cancelRequest, attempts, tries, resumption, ...rest } = operation;
  return isTerminal(operation) ? { ...rest, expireTime: undefined } : rest;
}

/** Every event was published before it is applied. */
const AFTERWARDS = { ...CIRCUMSTANCES, now: START + 1_000 };

function play(events: readonly LifecycleEvent[]): Operation | undefined {
  const history = new History();
  for (const item of events) history.apply(item, AFTERWARDS);
  return history.operation;
}

describe('the lifecycle', () => {
  it('I3: ends the same in every order and with any duplicates', () => {
    fc.assert(
      fc.property(
        lifecycle.chain((events) => fc.tuple(fc.constant(events), shaken(events))),
        ([events, delivered]) => {
          expect(visible(play(delivered))).toEqual(visible(play(events)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('I3: does so with resumes anywhere in between', () => {
    const withResumes = (events: readonly LifecycleEvent[]) => [
      ...events,
      ...events.filter(({ type }) => type === 'waiting').map(({ eventId }) => resumed(eventId)),
    ];
    fc.assert(
      fc.property(
        lifecycle.chain((events) => fc.tuple(fc.constant(events), shaken(withResumes(events)))),
        ([events, delivered]) => {
          expect(visible(play(delivered))).toEqual(visible(play(events)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('I1, I2, I4: hold after every event, cancels and rival results among them', () => {
    const everything = lifecycle.map((events) => [
      ...events,
      ...events
        .filter(({ type }) => type === 'waiting')
        .flatMap(({ eventId }) => [
          resumed(eventId, 'CHILDREN', 'push'),
          resumed(eventId, 'DEADLINE', 'workflow'),
        ]),
      cancelRequested(3),
      failed(50),
      succeeded(51, 'rival'),
    ]);
    fc.assert(
      fc.property(everything.chain(shaken), (events) => {
        const history = new History();
        const signals = new Map<string, number>();
        for (const item of events) {
          const before = history.operation;
          const effects = history.effects.length;
          history.apply(item, AFTERWARDS);
          const after = history.operation;
          if (before && isTerminal(before)) expect(resultOf(after)).toEqual(resultOf(before));
          for (const effect of history.effects.slice(effects)) {
            if (effect.kind !== 'signalResume') continue;
            signals.set(effect.waitId, (signals.get(effect.waitId) ?? 0) + 1);
          }
          const open = [...history.waits.values()].filter(({ end }) => !end).map(({ waitId }) => waitId);
          expect(open).toEqual(after?.state === 'WAITING' ? [after.wait.waitId] : []);
        }
        for (const count of signals.values()) expect(count).toBe(1);
        expect(new Set(history.effects.map(effectId)).has('publishCompletion')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

function resultOf(operation: Operation | undefined) {
  if (!operation || !isTerminal(operation)) return undefined;
  const { state, completeTime, terminalEventId } = operation;
  return {
    state,
    completeTime,
    terminalEventId,
    result: state === 'SUCCEEDED' ? operation.response : operation.error,
  };
}
