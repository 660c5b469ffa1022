import type { LifecycleEvent } from '../../lifecycle/event.ts';
import { isJsonObject, type JsonObject } from '../../messages/json-value.ts';
import { lifecycleEventOfJson } from '../../messages/lifecycle-event.ts';
import { rejectedHeaderOfJson } from '../../messages/rejected-event.ts';
import { applyCall } from '../../orchestrator/apply-call.ts';
import type { Orchestrator } from '../../orchestrator/orchestrator.ts';
import { InvalidInput } from '../../orchestrator/ports/failure.ts';
import { rejectEvent } from '../../orchestrator/reject-event.ts';
import { authorizeNamed } from '../named-operations.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

const NO_ATTRIBUTES = {};

/**
 * Applies one lifecycle event and then answers, so that a worker gets a refusal at once. The use case and its dedupe are the same
 * as for events from the bus.
 */
export const apply: AnsweringMethod = {
  http: 'POST',
  path: `${ON_OPERATION}:apply`,
  changesOne: true,
  async answer({ orchestrator, settings, caller, name, body, callId }) {
    if (!isJsonObject(body)) throw new InvalidInput('body', 'must be a JSON object: one lifecycle event');
    const operation = checkedName(name);
    if (body.operation !== undefined && body.operation !== operation) {
      throw new InvalidInput('operation', 'must be the one in the path, or absent');
    }
    const json = body.operation === undefined ? { ...body, operation } : body;
    const receipt = { attributes: NO_ATTRIBUTES, messageId: callId, publishTime: orchestrator.now() };
    let event: LifecycleEvent;
    try {
      const { allowedHosts, payloads } = orchestrator.policy;
      event = lifecycleEventOfJson(json, receipt, allowedHosts, payloads);
    } catch (error) {
      if (error instanceof InvalidInput) await recordRejection(orchestrator, json, callId, error);
      throw error;
    }
    // No promise where there is nothing to check: workers report each of their events by this call.
    if (!settings.gate.isOpen) await authorizeNamed(settings.gate, orchestrator, caller, event);
    const { applied, reason } = await applyCall(orchestrator, event);
    return { applied, reason };
  },
};

async function recordRejection(
  orchestrator: Orchestrator,
  json: JsonObject,
  deliveryId: string,
  { field, rule }: InvalidInput,
): Promise<void> {
  const header = rejectedHeaderOfJson(json);
  if (!header) return;
  const { operation, attempt, worker, type } = header;
  await rejectEvent(orchestrator, { operation, attempt, worker, type, deliveryId }, { field, reason: rule });
}
