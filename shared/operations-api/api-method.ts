/** The methods of the API as HTTP calls them: from a request's parts to its answer in JSON. */
import type { OperationName } from '../lifecycle/operation-name.ts';
import { messageFromJson } from '../messages/json.ts';
import type { JsonObject, JsonValue } from '../messages/json-value.ts';
import { operationToJson, operationView } from '../messages/operation.ts';
import { messageType } from '../messages/registry.ts';
import { cancelOperation } from '../orchestrator/cancel-operation.ts';
import { createOperation } from '../orchestrator/create-operation.ts';
import { deleteOperation } from '../orchestrator/delete-operation.ts';
import { existingOperation } from '../orchestrator/existing-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { waitOperation } from '../orchestrator/wait-operation.ts';
import { createRequestOf } from './create-request.ts';
import { booleanParameter, int32Parameter, type Query } from './http-query.ts';
import { inspectOperation } from './inspect.ts';
import { childPage } from './inspect-children.ts';
import { answerList } from './list-request.ts';
import { checkedName } from './request-name.ts';
import type { ApiSettings } from './settings.ts';
import { waitTimeout } from './wait-timeout.ts';

export interface ApiCall {
  readonly orchestrator: Orchestrator;
  readonly settings: ApiSettings;
  /** As the path gives it; not checked. */
  readonly name: string;
  readonly query: Query;
  readonly body: JsonValue | undefined;
  /** Aborted when the client has gone away. */
  readonly signal: AbortSignal;
}

export interface ApiMethod {
  /** The query parameters that it takes beside those of every method. */
  readonly parameters: readonly string[];
  answer(call: ApiCall): Promise<JsonObject>;
}

const EMPTY: JsonObject = {};

export const list: ApiMethod = {
  parameters: ['name', 'filter', 'pageSize', 'pageToken', 'returnPartialSuccess'],
  async answer({ orchestrator, settings, query }) {
    // There is no part that could be missing: it may be asked for, and changes nothing.
    booleanParameter(query, 'returnPartialSuccess');
    const { operations, nextPageToken } = await answerList(orchestrator, settings.pageTokens, {
      name: query.get('name'),
      filter: query.get('filter'),
      pageSize: int32Parameter(query, 'pageSize'),
      pageToken: query.get('pageToken'),
    });
    return {
      ...(operations.length > 0 && { operations: operations.map(operationToJson) }),
      ...(nextPageToken && { nextPageToken }),
    };
  },
};

export const create: ApiMethod = {
  parameters: [],
  async answer({ orchestrator, body }) {
    const request = createRequestOf(body, orchestrator.policy.payloads);
    return operationToJson(operationView(await createOperation(orchestrator, request)));
  },
};

export const get: ApiMethod = {
  parameters: [],
  answer: ({ orchestrator, name }) => operationJson(orchestrator, checkedName(name)),
};

/** What workflows poll: the name is in the body, as in gRPC. */
export const getByName: ApiMethod = {
  parameters: [],
  async answer({ orchestrator, body }) {
    const { name } = requestOf('GetOperationRequest', body);
    return operationJson(orchestrator, checkedName(name));
  },
};

export const inspect: ApiMethod = {
  parameters: ['waitId', 'pageSize', 'pageToken'],
  answer: ({ orchestrator, name, query }) =>
    inspectOperation(orchestrator, {
      name: checkedName(name),
      waitId: query.get('waitId'),
      children: childPage(query),
    }),
};

export const remove: ApiMethod = {
  parameters: [],
  async answer({ orchestrator, name }) {
    await deleteOperation(orchestrator, checkedName(name));
    return EMPTY;
  },
};

export const cancel: ApiMethod = {
  parameters: [],
  async answer({ orchestrator, name, body }) {
    requireSameName(requestOf('CancelOperationRequest', body), name);
    await cancelOperation(orchestrator, checkedName(name));
    return EMPTY;
  },
};

export const wait: ApiMethod = {
  parameters: [],
  async answer({ orchestrator, settings, name, body, signal }) {
    const request = requestOf('WaitOperationRequest', body);
    requireSameName(request, name);
    const timeout = waitTimeout(request.timeout, settings.maxWait);
    const operation = checkedName(name);
    return operationToJson(operationView(await waitOperation(orchestrator, { operation, timeout, signal })));
  },
};

/** Read by few, so that only those load it. */
export const describeApi: ApiMethod = {
  parameters: [],
  answer: async () => (await import('./openapi/document.ts')).openapiDocument,
};

async function operationJson(orchestrator: Orchestrator, name: OperationName): Promise<JsonObject> {
  return operationToJson(operationView(await existingOperation(orchestrator, name)));
}

/** A request message of google.longrunning from a body; without a body, the empty one. */
function requestOf(type: string, body: JsonValue | undefined): Record<string, unknown> {
  return messageFromJson(messageType(`google.longrunning.${type}`), body ?? {});
}

/** The name is in the path; a body that gives another one is a mistake. */
function requireSameName({ name }: Readonly<Record<string, unknown>>, path: string): void {
  if (name && name !== path) throw new InvalidInput('name', 'must be the one in the path, or absent');
}
