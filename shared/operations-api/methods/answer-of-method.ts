import type { JsonObject } from '../../messages/json-value.ts';
import type { AnsweringMethod, ApiCall } from './method.ts';

/** Answers a call, by way of `changingCalls` if the method changes one operation. */
export function answerOfMethod(method: AnsweringMethod, call: ApiCall): Promise<JsonObject> {
  if (!method.changesOne) return method.answer(call);
  return call.settings.changingCalls.run(call.orchestrator, (orchestrator) =>
    method.answer({ ...call, orchestrator }),
  );
}
