import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { JsonObject, JsonValue } from '../../messages/json-value.ts';
import { deferredOperationJson, operationView } from '../../messages/operation.ts';
import { existingOperation } from '../../orchestrator/existing-operation.ts';
import type { Orchestrator } from '../../orchestrator/orchestrator.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION, requestOf } from './method.ts';

export const get: AnsweringMethod = {
  http: 'GET',
  path: ON_OPERATION,
  answer: ({ orchestrator, name }) => operationJson(orchestrator, checkedName(name)),
};

/** The form of the call that workflows use: the name is in the body, as in gRPC. */
export const getByName: AnsweringMethod = {
  http: 'POST',
  path: '/google.longrunning.Operations/GetOperation',
  action: 'read',
  subject: ({ body }) => ({ kind: 'one', name: nameIn(body) }),
  answer: ({ orchestrator, body }) => operationJson(orchestrator, nameIn(body)),
};

function nameIn(body: JsonValue | undefined): OperationName {
  return checkedName(requestOf('GetOperationRequest', body).name);
}

async function operationJson(orchestrator: Orchestrator, name: OperationName): Promise<JsonObject> {
  return deferredOperationJson(operationView(await existingOperation(orchestrator, name)));
}
