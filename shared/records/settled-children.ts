import type { BegunWait, DoneChild } from '../lifecycle/outcome.ts';

/** The children of a wait that are done from its beginning, by their keys. */
export function settledChildren(
  gone: BegunWait['gone'],
  done: NonNullable<BegunWait['done']>,
): ReadonlyMap<string, DoneChild> {
  const children = [...done, ...gone.map((key) => ({ key, outcome: 'NOT_FOUND' }) as const)];
  return new Map(children.map((child) => [child.key, child]));
}
