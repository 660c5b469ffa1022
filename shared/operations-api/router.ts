/** google.longrunning.Operations over HTTP, as a request handler for a function or a server. */
import { randomUUID } from 'node:crypto';
import type { RequestListener, ServerResponse } from 'node:http';
import type { Action } from '../access/access.ts';
import { callerGone } from '../http/caller-gone.ts';
import { jsonBody, type ReadRequest } from '../http/json-body.ts';
import { methodNotAllowed, noSuchPath } from '../http/refusal.ts';
import { behindPlainTargets } from '../http/request-target.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../messages/json-value.ts';
import { NEVER } from '../orchestrator/condition.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { serverSpan } from '../telemetry/server-span.ts';
import { MANY, type Subject } from './gate.ts';
import { answerForm, sendAnswer } from './http-answer.ts';
import { errorResponse } from './http-error.ts';
import { parseQuery } from './http-query.ts';
import { answerOfMethod } from './method-answer.ts';
import { MethodTable, type Target } from './method-table.ts';
import { METHODS } from './methods/all.ts';
import {
  type AnsweringMethod,
  type ApiCall,
  type ApiMethod,
  type HttpMethod,
  ON_OPERATION,
} from './methods/method.ts';
import { redactedAnswer } from './redacted-answer.ts';
import { checkedName } from './request-name.ts';
import { type ApiOptions, type ApiSettings, apiSettings } from './settings.ts';

/** The size of the largest payload in base64, and of the rest of the body. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** The number of characters of an unknown path that the error repeats. */
const MAX_SHOWN_PATH = 200;

export function operationsRouter(
  orchestrator: () => Promise<Orchestrator>,
  options: ApiOptions = {},
): RequestListener {
  const service: Service = { orchestrator, settings: apiSettings(options), table: new MethodTable(METHODS) };
  return behindPlainTargets((request, response) => {
    serve(service, request, response).catch((error) => errorResponse(response, error));
  });
}

interface Service {
  readonly orchestrator: () => Promise<Orchestrator>;
  readonly settings: ApiSettings;
  readonly table: MethodTable;
}

async function serve(
  { orchestrator, settings, table }: Service,
  request: ReadRequest,
  response: ServerResponse,
): Promise<void> {
  // Answers must not be cached: they are for one caller, and an operation changes.
  response.setHeader('cache-control', 'private, no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  const [path, search] = splitUrl(request.url ?? '');
  const target = table.target(path);
  if (!target) {
    const called = `${request.method} ${path.slice(0, MAX_SHOWN_PATH)}`;
    throw noSuchPath(`There is no such method: ${called}. /openapi.json lists them all.`);
  }
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { allow: allowed(target) }).end();
    return;
  }
  const method = methodOf(request.method ?? '', target);
  const query = parseQuery(search, method.parameters ?? []);
  const form = answerForm(query);
  const { headers } = request;
  const caller = await settings.gate.admit(headers, async () => (await orchestrator()).log);
  const body = await jsonBody(request, response, MAX_BODY_BYTES);
  if (method.http !== 'POST') requireNoBody(body);
  const { name } = target;
  const built = await orchestrator();
  const visible = method.authorizesItems
    ? NEVER
    : await settings.gate.authorize(built, caller, actionOf(method), () =>
        subjectOf(method, { orchestrator: built, name, body }),
      );
  const call: ApiCall = {
    orchestrator: built,
    settings,
    name,
    caller,
    visible,
    query,
    headers,
    body,
    callId: randomUUID(),
    gone: callerGone(response),
    isConsole: settings.isConsole(headers),
  };
  if ('stream' in method) await method.stream(call, response);
  else sendAnswer(response, await shown(call, await answered(method, call)), form);
}

function answered(method: AnsweringMethod, call: ApiCall): Promise<JsonObject> {
  const { telemetry } = call.orchestrator;
  if (!telemetry.isOn) return answerOfMethod(method, call);
  const attributes = { 'http.request.method': method.http, 'http.route': method.path };
  return telemetry.span(`${method.http} ${method.path}`, serverSpan(call.headers, attributes), () =>
    answerOfMethod(method, call),
  );
}

function shown({ isConsole, orchestrator }: ApiCall, answer: JsonObject): JsonObject | Promise<JsonObject> {
  const { redaction } = orchestrator.policy;
  return isConsole ? redactedAnswer(orchestrator.store, redaction, answer) : answer;
}

function actionOf({ action, http }: ApiMethod): Action {
  return action ?? (http === 'GET' ? 'read' : 'act');
}

function subjectOf(method: ApiMethod, call: Pick<ApiCall, 'orchestrator' | 'name' | 'body'>): Subject {
  if (method.subject) return method.subject(call);
  return method.path.startsWith(ON_OPERATION) ? { kind: 'one', name: checkedName(call.name) } : MANY;
}

function splitUrl(url: string): [path: string, search: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

/** HEAD is answered like GET, without the body (RFC 9110, 9.3.2). */
function methodOf(name: string, target: Target): ApiMethod {
  const method = target.methods.get((name === 'HEAD' ? 'GET' : name) as HttpMethod);
  if (!method) throw methodNotAllowed(allowed(target));
  return method;
}

function allowed({ methods }: Target): string {
  const names = [...methods.keys()].flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  return [...names, 'OPTIONS'].join(', ');
}

/**
 * A body that the method does not read is refused, because its fields would have no effect (`DELETE` with
 * `{"validateOnly":true}`).
 */
function requireNoBody(body: JsonValue | undefined): void {
  const isEmpty = body === undefined || (isJsonObject(body) && Object.keys(body).length === 0);
  if (!isEmpty) throw new InvalidInput('body', 'must be empty, because this method has no request body');
}
