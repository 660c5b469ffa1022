/**
 * Every order in which two children, a deadline, a cancel and a sweep can come to one wait, each of them twice: one
 * resume, for the reason that came first, and nothing left to deliver.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { WaitCause } from '../../shared/lifecycle/wait.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { resumeOperation } from '../../shared/orchestrator/resume-operation.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness, START, waiting } from './harness.ts';

const DEADLINE = START + 60_000;

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

/**
 * Plays orders one after the other on one store, because to open a store takes longer than to play an order. Each order has
 * operations of its own, and the order before it has left nothing to deliver.
 */
class Stage {
  readonly #harness: Harness;
  #played = 0;

  static async open(): Promise<Stage> {
    return new Stage(await Harness.open());
  }

  private constructor(harness: Harness) {
    this.#harness = harness;
  }

  /** Plays the order, and expects one resume of its wait and nothing left to deliver. */
  async play(order: readonly Actor[], repeat: Repeat = (act) => act()): Promise<void> {
    const harness = this.#harness;
    const number = ++this.#played;
    const parent: OperationName = `operations/parent-${number}`;
    harness.now = START;
    const acts = actsOf(harness, parent, number);
    await harness.create(parent);
    for (const actor of order) await repeat(acts[actor]);
    // The completions of children that nothing created are held back for a moment.
    harness.now = DEADLINE + 60_000;
    await sweep(harness.orchestrator);

    const label = order.join(' ');
    const causes = harness.resumes(parent).map(({ cause }) => cause);
    expect(causes, label).toEqual([expectedCause(order)]);
    expect(await harness.outbox(), label).toEqual([]);
    expect(await harness.store.operation(parent), label).toMatchObject({ state: 'RUNNING' });
    expect([...harness.executions.keys()], label).toEqual([]);
  }

  close(): Promise<void> {
    return this.#harness.store.close();
  }
}

/** What each actor does to the wait of this parent. The events keep their ids when they come again. */
function actsOf(
  harness: Harness,
  parent: OperationName,
  number: number,
): Readonly<Record<Actor, () => Promise<unknown>>> {
  const { orchestrator } = harness;
  const children: OperationName[] = [`operations/one-${number}`, `operations/two-${number}`];
  const applied = (name: OperationName, body: WorkerEvent, eventId: string) => {
    const event = harness.event(name, body, eventId);
    return () => redelivered(() => applyEvent(orchestrator, event));
  };
  const [one, two] = children.map((child) =>
    applied(child, { type: 'succeeded', response: { typeUrl: 'x/y', value: Buffer.of(1) } }, 'done'),
  ) as [() => Promise<void>, () => Promise<void>];
  return {
    one,
    two,
    wait: applied(parent, waiting(START, children), 'wait'),
    cancel: applied(parent, { type: 'cancelRequested', cascade: false }, 'cancel'),
    sweep: () => sweep(orchestrator),
    deadline: async () => {
      harness.now = DEADLINE;
      const request = { operation: parent, waitId: 'wait', ifDue: true, outcomes: [] };
      const { resumed } = await resumeOperation(orchestrator, request);
      // The workflow that is told so ends by itself.
      if (resumed) harness.executions.clear();
    },
  };
}

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

describe('the actors of a wait', () => {
  it.each<[string, Repeat]>([
    ['each twice', async (act) => [await act(), await act()]],
    ['each twice at once', (act) => Promise.all([act(), act()])],
  ])('give one resume in every order, %s', async (_, repeat) => {
    for (const order of permutations(ACTORS)) await stage.play(order, repeat);
  });

  it('give one resume wherever their duplicates come', async () => {
    const twice = [...ACTORS, ...ACTORS];
    const orders = fc.shuffledSubarray(twice, { minLength: twice.length });
    const property = fc.asyncProperty(orders, (order) => stage.play(order));
    await fc.assert(property, { numRuns: 300 });
  });
});
