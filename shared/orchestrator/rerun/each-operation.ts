import type { Operation } from '../../lifecycle/operation.ts';
import { isOperationName } from '../../lifecycle/operation-name.ts';
import type { Orchestrator } from '../orchestrator.ts';

/** The number of operations in memory at once: each may hold several MB. */
const BATCH = 50;

/** Calls `visit` for each item, in order, with the operation of its name, or undefined if there is none. */
export async function eachOperation<T>(
  { store }: Orchestrator,
  items: readonly T[],
  nameOf: (item: T) => string,
  visit: (item: T, operation: Operation | undefined) => void,
): Promise<void> {
  for (let done = 0; done < items.length; done += BATCH) {
    const batch = items.slice(done, done + BATCH);
    const names = batch.map(nameOf).filter(isOperationName);
    const operations = names.length === 0 ? new Map<string, Operation>() : await store.operations(names);
    for (const item of batch) visit(item, (operations as ReadonlyMap<string, Operation>).get(nameOf(item)));
  }
}
