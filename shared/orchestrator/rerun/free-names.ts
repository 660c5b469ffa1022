/** Names for what is made again: `{name}~2`, `~3`, … */

import type { Operation } from '../../lifecycle/operation.ts';
import { isOperationName, type OperationName } from '../../lifecycle/operation-name.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import { eachOperation } from './each-operation.ts';

const MAX_RUNS = 1_000;

/** `{name}~{run}`. Rejects with the kind `precondition` for a name that is too long for that. */
export function nameOfRun(name: OperationName, run: number): OperationName {
  const next = `${name}~${run}`;
  if (!isOperationName(next))
    throw new Failure('precondition', `${name} is too long for another run's name, ${next}`);
  return next;
}

/**
 * For each name the first of its runs that no operation has, or whose operation is `usable`: the commit that takes the names
 * finds out whether they still are free.
 */
export async function freeNames(
  orchestrator: Orchestrator,
  names: readonly OperationName[],
  usable: (operation: Operation) => boolean = () => false,
): Promise<readonly OperationName[]> {
  const found = new Map<OperationName, OperationName>();
  let left = names;
  for (let run = 2; left.length > 0; run++) {
    if (run > MAX_RUNS) throw new Failure('exhausted', `${left[0]} has ${MAX_RUNS} runs already`);
    const taken: OperationName[] = [];
    const candidates = left.map((name) => ({ name, candidate: nameOfRun(name, run) }));
    await eachOperation(
      orchestrator,
      candidates,
      ({ candidate }) => candidate,
      ({ name, candidate }, operation) => {
        if (!operation || usable(operation)) found.set(name, candidate);
        else taken.push(name);
      },
    );
    left = taken;
  }
  return names.map((name) => found.get(name) as OperationName);
}
