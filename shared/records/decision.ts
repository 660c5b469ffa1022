import type { Change, Snapshot } from '../orchestrator/ports/store.ts';

/**
 * What `decide` made of a snapshot, or what it threw: a value, so that a transaction does not take it for a fault of
 * its own, which it would repeat or report as one.
 */
export type Decision<C> = Decided<C> | { readonly thrown: unknown };

export interface Decided<C> {
  readonly snapshot: Snapshot;
  readonly change: C;
}

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

/** What was decided; throws what `decide` threw. */
export function decidedBy<C>(decision: Decision<C>): Decided<C> {
  if ('thrown' in decision) throw decision.thrown;
  return decision;
}
