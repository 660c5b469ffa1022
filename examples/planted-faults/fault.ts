import type { Definition, OperationResource } from 'lro-orchestrator';
import type { Worker } from 'lro-orchestrator/worker';

/** An operation that looks right and is not, with what `explore` needs to find out. */
export interface Fault {
  readonly of: Definition<any, any, any, any>;
  readonly input: object;
  readonly worker: Worker;
  readonly effects: Readonly<Record<string, object>>;
  /** Throws where a run ended wrong. */
  check(end: { readonly operation: OperationResource }): void;
}
