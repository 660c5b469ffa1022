/** Runs API calls that change one operation: directly, or ahead of the disk in the embedded system. */
import type { Orchestrator } from '../orchestrator/orchestrator.ts';

/**
 * Runs the calls of methods with `changesOne`. The embedded system runs them ahead of the disk (docs/glossary.md).
 *
 * Invariant: `run` resolves and rejects only with durable outcomes. It may run a call twice, so each call must be idempotent.
 */
export interface ChangingCalls {
  run<T>(orchestrator: Orchestrator, call: (orchestrator: Orchestrator) => Promise<T>): Promise<T>;
}

/** For an orchestrator whose store waits until everything is durable. */
export const DIRECT_CALLS: ChangingCalls = { run: (orchestrator, call) => call(orchestrator) };
