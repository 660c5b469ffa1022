import type { JsonObject } from '../messages/json-value.ts';
import type { AnsweringMethod, ApiCall } from './methods/method.ts';

/** Runs the method. If the method changes one operation, the host decides how: see changing-calls.ts. */
export function answerOfMethod(method: AnsweringMethod, call: ApiCall): Promise<JsonObject> {
  if (!method.changesOne) return method.answer(call);
  return call.settings.changingCalls.run(call.orchestrator, (orchestrator) =>
    method.answer({ ...call, orchestrator }),
  );
}
