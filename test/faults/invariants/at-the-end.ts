/** The rules that hold when nothing happens any more in a world, each with its name. */
import { attemptNumber } from '../../../shared/lifecycle/attempt.ts';
import { dedupeKey } from '../../../shared/lifecycle/event.ts';
import { isTerminal, type Operation } from '../../../shared/lifecycle/operation.ts';
import { dispatchOf } from '../../../shared/lifecycle/operation-facts.ts';
import type { OperationName } from '../../../shared/lifecycle/operation-name.ts';
import type { WorldView } from '../world/world-view.ts';
import { Violation } from './always.ts';

export async function checkEnd(world: WorldView): Promise<void> {
  const operations = await world.store.operations(Object.keys(world.scenario.ends) as OperationName[]);
  endsAreThoseOfTheScenario(world, operations);
  completionsAreThere(world, operations);
  causesAreThoseOfTheScenario(world);
  await noEventIsLost(world, operations);
  await noResumeIsLost(world, operations);
}

type Operations = ReadonlyMap<OperationName, Operation>;

function endsAreThoseOfTheScenario({ scenario }: WorldView, operations: Operations): void {
  const { ends, codes = {}, attempts = {} } = scenario;
  const rule = 'everything ends as without faults';
  for (const [name, wanted] of Object.entries(ends)) {
    const operation = operations.get(name as OperationName);
    const state = operation?.state ?? 'NONE';
    if (wanted === 'ENDED' && operation && isTerminal(operation)) continue;
    if (state !== wanted) throw new Violation(rule, `${name} is ${state}, and should be ${wanted}`);
  }
  for (const [name, code] of Object.entries(codes)) {
    const operation = operations.get(name as OperationName);
    const actual = operation?.state === 'FAILED' ? operation.error.code : undefined;
    if (actual !== code) throw new Violation(rule, `${name} failed with ${actual}, and should with ${code}`);
  }
  for (const [name, most] of Object.entries(attempts)) {
    const number = attemptNumber(operations.get(name as OperationName)?.attempts ?? []);
    if (number > most) {
      throw new Violation(
        'no lease is lost without need',
        `${name} had ${number} attempts, and should have ${most}`,
      );
    }
  }
}

function completionsAreThere({ outside }: WorldView, operations: Operations): void {
  for (const operation of operations.values()) {
    if (!isTerminal(operation)) continue;
    if (!outside.completions.some(({ operation: name }) => name === operation.name)) {
      throw new Violation('every operation that ends is completed', operation.name);
    }
  }
}

function causesAreThoseOfTheScenario({ scenario, outside }: WorldView): void {
  for (const [name, wanted] of Object.entries(scenario.causes ?? {})) {
    const byWait = new Map<string, string>();
    for (const signal of outside.signals) {
      if (signal.kind === 'RESUME' && signal.operation === name)
        byWait.set(signal.waitId ?? '', signal.cause);
    }
    const causes = [...byWait.values()];
    if (JSON.stringify(causes) !== JSON.stringify(wanted)) {
      throw new Violation(
        'every wait ends for the reason that there was',
        `${name}: ${causes}, and should ${wanted}`,
      );
    }
  }
}

/** Every published event has a line in the history, except heartbeats and the events of a deleted operation. */
async function noEventIsLost({ published, store }: WorldView, operations: Operations): Promise<void> {
  const lines = new Map<string, Set<string>>();
  for (const event of published) {
    const { operation, type } = event;
    if (type === 'heartbeat' || operations.get(operation as OperationName)?.state === 'DELETED') continue;
    const known =
      lines.get(operation) ??
      new Set((await store.history(operation as OperationName, 1_000)).map(({ eventId }) => eventId));
    lines.set(operation, known);
    if (!known.has(dedupeKey(event))) {
      throw new Violation(
        'no event that was acknowledged is lost',
        `${type} of ${operation} (${event.eventId})`,
      );
    }
  }
}

/** With dispatch, the signals of an attempt that is past are left out. */
async function noResumeIsLost(
  { store, outside, scenario }: WorldView,
  operations: Operations,
): Promise<void> {
  for (const operation of operations.values()) {
    if (dispatchOf(operation) || operation.state === 'DELETED') continue;
    for (const { wait } of await store.waits(operation.name, 0, 20)) {
      if (wait.end?.kind !== 'RESUMED') continue;
      const told = outside.signals.some(
        (signal) =>
          signal.kind === 'RESUME' && signal.operation === operation.name && signal.waitId === wait.waitId,
      );
      if (!told)
        throw new Violation('the worker is told of every wait that ends', `${operation.name} ${wait.waitId}`);
      const called = outside.calls.some(({ waitId }) => waitId === wait.waitId);
      if (wait.resumeMethod !== undefined && !called && scenario.services) {
        throw new Violation('every resumeMethod is called', `${operation.name} ${wait.waitId}`);
      }
    }
  }
}
