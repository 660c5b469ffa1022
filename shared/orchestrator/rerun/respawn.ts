/**
 * Renames the children that a rerun spawns. The worker gives them the names that the earlier run used, which are taken, so
 * such a child becomes `{name}~2`, `{name}~3`, and so on. If the rerun keeps succeeded children, a child whose key succeeded
 * in the earlier run is not created again: the wait takes over the earlier one.
 */
import type { EventOf } from '../../lifecycle/event.ts';
import { isTerminal, type LiveOperation } from '../../lifecycle/operation.ts';
import { isOperationName, type OperationName } from '../../lifecycle/operation-name.ts';
import type { SpawnedChild } from '../../lifecycle/spawn.ts';
import { eachPage } from '../each-page.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { ListedChild } from '../ports/wait-children.ts';
import type { InspectedWait } from '../ports/waits.ts';
import { childrenOfWait } from './children-of-wait.ts';
import { eachOperation } from './each-operation.ts';
import { freeNames } from './free-names.ts';

/** Returns the event with the names of its children in this run. */
export async function respawned(
  orchestrator: Orchestrator,
  event: EventOf<'waiting'>,
  operation: LiveOperation,
): Promise<EventOf<'waiting'>> {
  const { rerunOf, keepsSucceeded } = operation.creation?.value ?? {};
  if (rerunOf === undefined) return event;
  const succeeded = keepsSucceeded
    ? await succeededIn(orchestrator, rerunOf)
    : new Map<string, OperationName>();
  const taken = await existing(
    orchestrator,
    event.spawn.flatMap(({ key }) => succeeded.get(key) ?? []),
  );
  const others = event.spawn.filter(({ key }) => !taken.has(succeeded.get(key) ?? ''));
  const names = await namesInRun(
    orchestrator,
    operation.name,
    await earlierRuns(orchestrator, rerunOf),
    others,
  );
  const spawn = event.spawn.map((child): SpawnedChild => {
    const old = succeeded.get(child.key);
    if (old !== undefined && taken.has(old)) return { ...child, name: old, isTakenOver: true };
    return { ...child, name: names.get(child.name) ?? child.name };
  });
  return { ...event, spawn };
}

const WAITS = 50;

/** The spawned children of the earlier run that succeeded, by their spawn keys. Of several with one key, the newest. */
async function succeededIn(
  orchestrator: Orchestrator,
  earlier: OperationName,
): Promise<ReadonlyMap<string, OperationName>> {
  const { store } = orchestrator;
  const succeeded = new Map<string, OperationName>();
  const note = ({ key, spawnKey }: ListedChild) => {
    if (spawnKey !== undefined && isOperationName(key) && !succeeded.has(spawnKey))
      succeeded.set(spawnKey, key);
  };
  let from = 0;
  await eachPage(
    WAITS,
    async (limit) => store.waits(earlier, from, limit),
    async (waits: readonly InspectedWait[]) => {
      from += waits.length;
      for (const { wait } of waits) {
        const listed = await childrenOfWait(orchestrator, wait);
        listed.filter(({ outcome }) => outcome === 'SUCCEEDED').forEach(note);
        // A child that was pending when the wait ended may have succeeded since.
        const pending = listed.filter(({ outcome }) => outcome === 'PENDING');
        await eachOperation(
          orchestrator,
          pending,
          ({ key }) => key,
          (child, operation) => {
            if (operation?.state === 'SUCCEEDED') note(child);
          },
        );
      }
    },
  );
  return succeeded;
}

/** The names whose operation is terminal. A deleted or expired operation cannot be taken over. */
async function existing(
  orchestrator: Orchestrator,
  names: readonly OperationName[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  await eachOperation(
    orchestrator,
    names,
    (name) => name,
    (name, operation) => {
      if (operation && isTerminal(operation)) found.add(name);
    },
  );
  return found;
}

/** A longer chain of reruns is cut off. */
const MAX_CHAIN = 100;

async function earlierRuns(
  { store }: Orchestrator,
  newest: OperationName,
): Promise<ReadonlySet<OperationName>> {
  const runs = new Set<OperationName>();
  for (
    let at: OperationName | undefined = newest;
    at !== undefined && runs.size < MAX_CHAIN && !runs.has(at);
  ) {
    runs.add(at);
    const operation: Awaited<ReturnType<typeof store.operation>> = await store.operation(at);
    at = operation?.creation?.value.rerunOf;
  }
  return runs;
}

/**
 * New names for the children whose name belongs to a child of an earlier run, or to a deleted operation. A name that this
 * run itself has used before is used again.
 */
async function namesInRun(
  orchestrator: Orchestrator,
  parent: OperationName,
  earlier: ReadonlySet<OperationName>,
  children: readonly SpawnedChild[],
): Promise<ReadonlyMap<OperationName, OperationName>> {
  const held: OperationName[] = [];
  await eachOperation(
    orchestrator,
    children,
    ({ name }) => name,
    ({ name }, operation) => {
      const itsParent = operation?.creation?.value.parent;
      // A deleted operation keeps only its name: its parent is unknown, so the name counts as taken.
      const isEarlier = operation && (itsParent === undefined ? !operation.creation : earlier.has(itsParent));
      if (isEarlier) held.push(name);
    },
  );
  const names = await freeNames(orchestrator, held, ({ creation }) => creation?.value.parent === parent);
  return new Map(held.map((name, index) => [name, names[index] as OperationName]));
}
