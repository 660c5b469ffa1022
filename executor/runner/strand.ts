/**
 * A strand of control: `main` and everything it calls, or one branch or iteration of a parallel step. Its path and its
 * counts name a call in the same way each time the workflow runs, however the strands interleave.
 */
export interface Strand {
  readonly path: string;
  calls: number;
  parallelSteps: number;
  /** The lists of steps around the step that runs, over all calls. */
  lists: number;
}
