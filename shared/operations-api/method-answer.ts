import type { JsonObject } from '../messages/json-value.ts';
import type { AnsweringMethod, ApiCall } from './methods/method.ts';

/** Runs the method: one that changes one operation in the way of the host. */
export function answerOfMethod(method: AnsweringMethod, call: ApiCall): Promise<JsonObject> {
  if (!method.changesOne) return method.answer(call);
  return call.settings.changingCalls.run(call.orchestrator, (orchestrator) =>
    method.answer({ ...call, orchestrator }),
  );
}
