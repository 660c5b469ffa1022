import { isOperationId, OPERATION_NAME_RULE, operationName } from '../lifecycle/operation-name.ts';
import { creationOf } from '../messages/creation.ts';
import { messageFromJson } from '../messages/json.ts';
import type { JsonValue } from '../messages/json-value.ts';
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from '../messages/limits.ts';
import { PayloadRules } from '../messages/payload.ts';
import { createOperationRequestType } from '../messages/registry.ts';
import { requirePlainText } from '../messages/text.ts';
import type { CreateRequest } from '../orchestrator/create-operation.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** AIP-155 recommends a UUID; anything of some length will do. */
const MAX_REQUEST_ID_LENGTH = 128;

/** The body of `POST /v1/operations`; an InvalidInput that names the field where it breaks a rule. */
export function createRequestOf(
  body: JsonValue | undefined,
  limits: PayloadLimits = DEFAULT_PAYLOAD_LIMITS,
): CreateRequest {
  const request = messageFromJson(createOperationRequestType, body ?? {});
  const { operationId, requestId } = request;
  if (operationId && !isOperationId(operationId)) throw new InvalidInput('operationId', OPERATION_NAME_RULE);
  if (requestId) requirePlainText('requestId', requestId, MAX_REQUEST_ID_LENGTH);
  // Without an id of its own it can be nobody's parent yet.
  const self = operationName(operationId || '?');
  return {
    ...(operationId && { operationId }),
    ...(requestId && { requestId }),
    ...creationOf(request, self, new PayloadRules(limits, 'JSON'), ''),
  };
}
