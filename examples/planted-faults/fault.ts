import type { Definition, OperationResource } from 'lro-orchestrator';
import type { Worker } from 'lro-orchestrator/worker';

/** An operation that looks right and is wrong, with what `explore` needs to find the fault. */
export interface Fault {
  readonly of: Definition<any, any, any, any>;
  readonly input: object;
  readonly worker: Worker;
  readonly effects: Readonly<Record<string, object>>;
  /** Throws if a run ended wrong. */
  check(end: { readonly operation: OperationResource }): void;
}
