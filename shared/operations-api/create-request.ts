import type { AllFields } from '../lifecycle/all-fields.ts';
import { isOperationId, OPERATION_ID_RULE, operationName } from '../lifecycle/operation-name.ts';
import { creationOf } from '../messages/creation.ts';
import { messageFromJson } from '../messages/json.ts';
import type { JsonValue } from '../messages/json-value.ts';
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from '../messages/limits.ts';
import { PayloadRules } from '../messages/payload.ts';
import { createOperationRequestType } from '../messages/registry.ts';
import type { CreateRequest } from '../orchestrator/create-operation.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { checkedRequestId } from './request-id.ts';

/**
 * Reads the body of `POST /v1/operations`.
 *
 * @param now when the call came, in milliseconds since the epoch: what the deadline counts from
 * @throws InvalidInput with the field that breaks a rule
 */
export function createRequestOf(
  body: JsonValue | undefined,
  now: number,
  limits: PayloadLimits = DEFAULT_PAYLOAD_LIMITS,
): CreateRequest {
  const request = messageFromJson(createOperationRequestType, body === undefined ? {} : body, '', limits);
  const { operationId, requestId } = request;
  if (operationId && !isOperationId(operationId)) throw new InvalidInput('operationId', OPERATION_ID_RULE);
  // An operation whose id the service will choose cannot be its own parent.
  const self = operationName(operationId || '?');
  const checkedId = checkedRequestId(requestId);
  const payloads = new PayloadRules(limits, 'JSON');
  const { creation, metadata } = creationOf(request, { operation: self, publishTime: now, payloads }, '');
  return {
    operationId: operationId || undefined,
    requestId: checkedId,
    creation,
    metadata,
    trace: undefined,
  } satisfies AllFields<CreateRequest>;
}
