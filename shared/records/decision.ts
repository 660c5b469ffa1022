import type { Change, Committed, Snapshot } from '../orchestrator/ports/commit.ts';

/**
 * The return value of `decide`, or the error that it threw, as a value. A transaction would otherwise treat the error
 * as its own, and repeat or report it.
 */
export type Decision<C> = Committed<C> | { readonly thrown: unknown };

export function decideOn<C extends Change | undefined>(
  snapshot: Snapshot,
  decide: (snapshot: Snapshot) => C,
): Decision<C> {
  try {
    return { snapshot, change: decide(snapshot), progress: undefined, mayBeOwn: false };
  } catch (thrown) {
    return { thrown };
  }
}

export function isThrown<C>(decision: Decision<C>): decision is { readonly thrown: unknown } {
  return 'thrown' in decision;
}

/** Returns the decision, or throws the error of `decide`. */
export function decidedBy<C>(decision: Decision<C>): Committed<C> {
  if (isThrown(decision)) throw decision.thrown;
  return decision;
}
