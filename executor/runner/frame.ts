import type { StepPlace } from './history.ts';
import type { RunState } from './run-state.ts';
import type { Strand } from './strand.ts';

/**
 * One activation of a routine, as one strand of control sees it: a parallel branch or iteration has a frame of its
 * own, with the routine and depth of the one around it.
 */
export interface Frame extends StepPlace {
  readonly execution: RunState;
  /** Calls on the stack, `main` being 1. */
  readonly depth: number;
  /** Parallel steps around it. */
  readonly parallelDepth: number;
  /** The strand of control: what numbers its calls and parallel steps. */
  readonly strand: Strand;
}
