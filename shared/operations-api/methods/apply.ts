import { AllowedHosts } from '../../messages/allowed-hosts.ts';
import { isJsonObject } from '../../messages/json-value.ts';
import { lifecycleEventOfJson } from '../../messages/lifecycle-event.ts';
import { rejectedHeaderOfJson } from '../../messages/rejected-event.ts';
import { applyCall } from '../../orchestrator/apply-call.ts';
import { InvalidInput } from '../../orchestrator/ports/failure.ts';
import { rejectEvent } from '../../orchestrator/reject-event.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

const NO_HOSTS = new AllowedHosts([]);

/**
 * Applies one lifecycle event and then answers, so that a worker gets a refusal at once. The use case and its dedupe are the same
 * as for events from the bus.
 */
export const apply: AnsweringMethod = {
  http: 'POST',
  path: `${ON_OPERATION}:apply`,
  changesOne: true,
  async answer({ orchestrator, name, body, callId }) {
    if (!isJsonObject(body)) throw new InvalidInput('body', 'must be a JSON object: one lifecycle event');
    const operation = checkedName(name);
    if (body.operation !== undefined && body.operation !== operation) {
      throw new InvalidInput('operation', 'must be the one in the path, or absent');
    }
    const json = { ...body, operation };
    const receipt = { attributes: {}, messageId: callId, publishTime: orchestrator.now() };
    const event = await readOrReject();
    const { applied, reason } = await applyCall(orchestrator, event);
    return { applied, ...(reason !== undefined && { reason }) };

    async function readOrReject() {
      try {
        const { allowedHosts = NO_HOSTS, payloads } = orchestrator.policy;
        return lifecycleEventOfJson(json, receipt, allowedHosts, payloads);
      } catch (error) {
        const header = rejectedHeaderOfJson(json);
        if (error instanceof InvalidInput && header) {
          const rejection = { field: error.field, reason: error.rule };
          await rejectEvent(orchestrator, { ...header, deliveryId: receipt.messageId }, rejection);
        }
        throw error;
      }
    }
  },
};
