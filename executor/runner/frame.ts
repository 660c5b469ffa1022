import type { RunState } from './run-state.ts';

/**
 * A strand of control: `main` and everything it calls, or one branch or iteration of a parallel step. Its path and its
 * counts name a call in the same way each time the workflow runs, however the strands interleave.
 */
export interface Strand {
  readonly path: string;
  calls: number;
  parallelSteps: number;
}

/**
 * One activation of a routine, as one strand of control sees it: a parallel branch or iteration has a frame of its
 * own, with the routine and depth of the one around it.
 */
export interface Frame {
  readonly execution: RunState;
  readonly routine: string;
  /** Calls on the stack, `main` being 1. */
  readonly depth: number;
  /** Parallel steps around it. */
  readonly parallelDepth: number;
  /** The strand of control: what numbers its calls and parallel steps. */
  readonly strand: Strand;
  /** The history entry of the step that encloses this strand's steps. */
  readonly parentEntry: number | undefined;
}
