import type { Value } from '../values/value.ts';

/**
 * Thrown out of an evaluation that needs the result of a subworkflow. The runner runs the subworkflow, keeps the
 * answer by its place in the expression (`site`), and evaluates again. So evaluation itself stays synchronous, and an
 * assignment still stores in the same turn in which it read its variables.
 */
export class PendingCall {
  readonly site: object;
  readonly routine: string;
  readonly args: readonly Value[];

  constructor(site: object, routine: string, args: readonly Value[]) {
    this.site = site;
    this.routine = routine;
    this.args = args;
  }
}
