import type { Connector } from '../connectors/connector.ts';
import type { Value } from '../values/value.ts';

/** What an expression calls that takes time: a subworkflow, or a connector. */
export type PendingTarget =
  | { readonly kind: 'routine'; readonly name: string }
  | { readonly kind: 'connector'; readonly connector: Connector };

/**
 * Thrown out of an evaluation that needs the result of a subworkflow or a connector. The runner makes the call, keeps
 * the answer by its place in the expression (`site`), and evaluates again. So evaluation itself stays synchronous, and
 * an assignment still stores in the same turn in which it read its variables.
 */
export class PendingCall {
  readonly site: object;
  readonly target: PendingTarget;
  readonly args: readonly Value[];

  constructor(site: object, target: PendingTarget, args: readonly Value[]) {
    this.site = site;
    this.target = target;
    this.args = args;
  }
}
