import type { BegunWait, DoneChild } from '../lifecycle/outcome.ts';

/** The children of a wait that are done from its beginning, by their keys. */
export function settledChildren(
  gone: BegunWait['gone'],
  done: NonNullable<BegunWait['done']>,
): ReadonlyMap<string, DoneChild> {
  const children = new Map<string, DoneChild>();
  for (const child of done) children.set(child.key, child);
  for (const key of gone) children.set(key, { key, outcome: 'NOT_FOUND', result: undefined });
  return children;
}
