import type { Orchestrator } from '../orchestrator/orchestrator.ts';

/**
 * How calls of methods with `changesOne` reach the orchestrator. A host that decides ahead of the disk replaces it.
 *
 * Invariant: what it resolves or rejects with is durable. It may run a call a second time, so a call must be idempotent.
 */
export interface ChangingCalls {
  run<T>(orchestrator: Orchestrator, call: (orchestrator: Orchestrator) => Promise<T>): Promise<T>;
}

/** For an orchestrator that itself waits until everything is durable. */
export const DIRECT_CALLS: ChangingCalls = { run: (orchestrator, call) => call(orchestrator) };
