/** What became of a child, as the waits of its parents see it. */
import type { FinalState } from './operation.ts';

/** A deleted child is NOT_FOUND, and so is a child that its own service does not know. */
export type DoneOutcome = 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'NOT_FOUND';
export type ChildOutcome = 'PENDING' | DoneOutcome;

export function childOutcomeOf(state: FinalState): DoneOutcome {
  return state === 'DELETED' ? 'NOT_FOUND' : state;
}
