import type { RunState } from './run-state.ts';

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
  /** The history entry of the step that encloses this strand's steps. */
  readonly parentEntry: number | undefined;
}
