/**
 * Every order in which two children, a deadline, a cancel and a sweep can come to one wait, each of them twice: one
 * resume, for the reason that came first, and nothing left to deliver.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { WaitCause } from '../../shared/lifecycle/wait.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { resumeOperation } from '../../shared/orchestrator/resume-operation.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness, START, waiting } from './harness.ts';

const PARENT: OperationName = 'operations/parent';
const CHILDREN: OperationName[] = ['operations/one', 'operations/two'];
const DEADLINE = START + 60_000;

/** 1,740 orders, each on a store of its own: 11 s on a quiet machine, and minutes on a busy one. */
const TIME = { timeout: 300_000 };

type Actor = 'wait' | 'one' | 'two' | 'deadline' | 'cancel' | 'sweep';
const ACTORS: readonly Actor[] = ['wait', 'one', 'two', 'deadline', 'cancel', 'sweep'];

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

/** What the wait must end with in this order; an actor before the wait leaves its mark, and the wait finds it. */
function expectedCause(order: readonly Actor[]): WaitCause {
  const seen = new Set<Actor>();
  for (const actor of order) {
    seen.add(actor);
    if (!seen.has('wait')) continue;
    if (seen.has('cancel') && actor === (order.indexOf('cancel') > order.indexOf('wait') ? 'cancel' : 'wait'))
      return 'CANCEL';
    if (seen.has('one') && seen.has('two')) return 'CHILDREN';
    if (seen.has('deadline') && (actor === 'deadline' || actor === 'wait' || actor === 'sweep'))
      return 'DEADLINE';
  }
  throw new Error('every order ends the wait');
}

/** Has an actor come twice. */
type Repeat = (act: () => Promise<unknown>) => Promise<unknown>;

/** What Pub/Sub does with an event that is not acknowledged. */
async function redelivered(act: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'unavailable') throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function play(order: readonly Actor[], repeat: Repeat = (act) => act()) {
  const harness = await Harness.open();
  const { orchestrator } = harness;
  const child = (name: OperationName) =>
    harness.event(name, { type: 'succeeded', response: { typeUrl: 'x/y', value: Buffer.of(1) } }, 'done');
  const events = {
    wait: harness.event(PARENT, waiting(START, CHILDREN), 'wait'),
    one: child(CHILDREN[0] as OperationName),
    two: child(CHILDREN[1] as OperationName),
    cancel: harness.event(PARENT, { type: 'cancelRequested', cascade: false }, 'cancel'),
  };
  await harness.create(PARENT);
  for (const actor of order) {
    await repeat(async () => {
      if (actor === 'sweep') return sweep(orchestrator);
      if (actor !== 'deadline') return redelivered(() => applyEvent(orchestrator, events[actor]));
      harness.now = DEADLINE;
      const request = { operation: PARENT, waitId: 'wait', ifDue: true, outcomes: [] };
      const { resumed } = await resumeOperation(orchestrator, request);
      // The workflow that is told so ends by itself.
      if (resumed) harness.executions.clear();
    });
  }
  // The completions of children that nothing created are held back for a moment.
  harness.now = DEADLINE + 60_000;
  await sweep(orchestrator);
  return harness;
}

describe('the actors of a wait', () => {
  it.each<[string, Repeat]>([
    ['each twice', async (act) => [await act(), await act()]],
    ['each twice at once', (act) => Promise.all([act(), act()])],
  ])('give one resume in every order, %s', TIME, async (_, repeat) => {
    for (const order of permutations(ACTORS)) {
      const harness = await play(order, repeat);
      const causes = harness.resumes(PARENT).map(({ cause }) => cause);
      const label = order.join(' ');
      expect(causes, label).toEqual([expectedCause(order)]);
      expect(await harness.outbox(), label).toEqual([]);
      expect(await harness.store.operation(PARENT), label).toMatchObject({ state: 'RUNNING' });
      expect([...harness.executions.keys()], label).toEqual([]);
      await harness.store.close();
    }
  });

  it('give one resume wherever their duplicates come', TIME, async () => {
    const twice = [...ACTORS, ...ACTORS];
    const orders = fc.shuffledSubarray(twice, { minLength: twice.length });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const harness = await play(order);
        expect(harness.resumes(PARENT).map(({ cause }) => cause)).toEqual([expectedCause(order)]);
        expect(await harness.outbox()).toEqual([]);
        await harness.store.close();
      }),
      { numRuns: 300 },
    );
  });
});
