/** Finds free names for reruns of operations: `{name}~2`, `{name}~3`, and so on. */

import type { Operation } from '../../lifecycle/operation.ts';
import { isOperationName, type OperationName } from '../../lifecycle/operation-name.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import { eachOperation } from './each-operation.ts';

const MAX_RUNS = 1_000;

/**
 * Returns `{name}~{run}`.
 *
 * @throws Failure of the kind `precondition` if that is too long for a name
 */
export function nameOfRun(name: OperationName, run: number): OperationName {
  const next = `${name}~${run}`;
  if (!isOperationName(next))
    throw new Failure(
      'precondition',
      `the name ${name} is too long for a rerun, which would be named ${next}`,
    );
  return next;
}

/**
 * Returns for each name the first run name that no operation has, or whose operation is `usable`. Another call may take a
 * name meanwhile: the commit that creates the operation checks that.
 */
export async function freeNames(
  orchestrator: Orchestrator,
  names: readonly OperationName[],
  usable: (operation: Operation) => boolean = () => false,
): Promise<readonly OperationName[]> {
  const found = new Map<OperationName, OperationName>();
  let left = names;
  for (let run = 2; left.length > 0; run++) {
    if (run > MAX_RUNS)
      throw new Failure('exhausted', `${left[0]} already has ${MAX_RUNS} runs, which is the limit`);
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
