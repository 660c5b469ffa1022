import type { Change, Committed, Snapshot } from '../orchestrator/ports/store.ts';

/**
 * What `decide` made of a snapshot, or what it threw: a value, so that a transaction does not take it for a fault of
 * its own, which it would repeat or report as one.
 */
export type Decision<C> = Committed<C> | { readonly thrown: unknown };

export function decideOn<C extends Change | undefined>(
  snapshot: Snapshot,
  decide: (snapshot: Snapshot) => C,
): Decision<C> {
  try {
    return { snapshot, change: decide(snapshot) };
  } catch (thrown) {
    return { thrown };
  }
}

export function isThrown<C>(decision: Decision<C>): decision is { readonly thrown: unknown } {
  return 'thrown' in decision;
}

/** What was decided; throws what `decide` threw. */
export function decidedBy<C>(decision: Decision<C>): Committed<C> {
  if (isThrown(decision)) throw decision.thrown;
  return decision;
}
