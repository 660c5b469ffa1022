import type { WaitRef } from '../../shared/lifecycle/wait.ts';
import type { SpawnPart } from '../../shared/orchestrator/ports/spawn-part.ts';
import type { Tables } from './tables.ts';

/** Returns the first part with a child that has to be created, without the children that have an outcome already. */
export function nextSpawnPart({ parts, children }: Tables, ref: WaitRef): SpawnPart | undefined {
  const part = parts.next(ref);
  if (!part) return undefined;
  const names = part.children.map(({ name }) => name);
  const done = children.done(ref, names);
  return { ...part, children: part.children.filter(({ name }) => !done.has(name)) };
}
