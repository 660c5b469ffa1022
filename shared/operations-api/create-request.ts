import { isOperationId, operationName } from '../lifecycle/operation-name.ts';
import { creationOf } from '../messages/creation.ts';
import { messageFromJson } from '../messages/json.ts';
import type { JsonValue } from '../messages/json-value.ts';
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from '../messages/limits.ts';
import { PayloadRules } from '../messages/payload.ts';
import { createOperationRequestType } from '../messages/registry.ts';
import { requirePlainText } from '../messages/text.ts';
import type { CreateRequest } from '../orchestrator/create-operation.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** AIP-155 recommends a UUID; any text of at most this length is accepted. */
const MAX_REQUEST_ID_LENGTH = 128;

const OPERATION_ID_RULE =
  'must be an id without "operations/" in front of it: 1 to 128 of A-Z a-z 0-9 . _ ~ - starting with a letter or digit';

/**
 * Reads the body of `POST /v1/operations`.
 *
 * @throws InvalidInput with the field that breaks a rule
 */
export function createRequestOf(
  body: JsonValue | undefined,
  limits: PayloadLimits = DEFAULT_PAYLOAD_LIMITS,
): CreateRequest {
  const request = messageFromJson(createOperationRequestType, body === undefined ? {} : body);
  const { operationId, requestId } = request;
  if (operationId && !isOperationId(operationId)) throw new InvalidInput('operationId', OPERATION_ID_RULE);
  if (requestId) requirePlainText('requestId', requestId, MAX_REQUEST_ID_LENGTH);
  // An operation whose id the service will choose cannot be its own parent.
  const self = operationName(operationId || '?');
  return {
    ...(operationId && { operationId }),
    ...(requestId && { requestId }),
    ...creationOf(request, self, new PayloadRules(limits, 'JSON'), ''),
  };
}
