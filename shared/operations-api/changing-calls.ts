/** How calls that change one operation reach the orchestrator. */
import type { JsonObject } from '../messages/json-value.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import type { AnsweringMethod, ApiCall } from './methods/method.ts';

/**
 * Runs the calls of methods with `changesOne`. A host that decides ahead of the disk replaces it.
 *
 * Invariant: what it resolves or rejects with is durable. It may run a call a second time, so a call must be idempotent.
 */
export interface ChangingCalls {
  run<T>(orchestrator: Orchestrator, call: (orchestrator: Orchestrator) => Promise<T>): Promise<T>;
}

/** For an orchestrator that itself waits until everything is durable. */
export const DIRECT_CALLS: ChangingCalls = { run: (orchestrator, call) => call(orchestrator) };

export function answerOfMethod(method: AnsweringMethod, call: ApiCall): Promise<JsonObject> {
  if (!method.changesOne) return method.answer(call);
  return call.settings.changingCalls.run(call.orchestrator, (orchestrator) =>
    method.answer({ ...call, orchestrator }),
  );
}
