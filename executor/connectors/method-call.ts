import type { OutgoingCall } from '../calls/outgoing-call.ts';
import type { BlockingHost } from '../stdlib/function.ts';
import { isBytes, isMap, type Value, type ValueMap } from '../values/value.ts';
import { type ConnectorMethod, isInPath, QUERY_ARGUMENT } from './connector.ts';
import type { ConnectorParams } from './connector-params.ts';
import { type Destination, destinationOf, ENDPOINT_ARGUMENTS, emulatorVariable } from './destination.ts';
import { missingDestination } from './missing-destination.ts';
import { awaitOperation } from './operation-wait.ts';
import { expandPath } from './path-template.ts';
import { requestWithRetries } from './request.ts';

/** Calls a method by its REST form, and waits for the operation that it starts. */
export async function callMethod(
  method: ConnectorMethod,
  args: ValueMap,
  params: ConnectorParams,
  host: BlockingHost,
  call: OutgoingCall,
): Promise<Value> {
  const destination = destinationOf(method.api, endpoint(method, args), host.destinations);
  if (destination === undefined) throw missingDestination(call, emulatorVariable(method.api));
  const deadlineMs = host.clock.now() + params.timeoutMs;
  const answer = await send(method, args, params, destination, deadlineMs, host);
  if (method.polling === undefined || params.skipPolling) return answer;
  return awaitOperation(method, answer, destination, params, deadlineMs, host);
}

/** APIs with regional endpoints take the region as an argument: `run.v1`, `aiplatform`, `documentai`. */
function endpoint({ rootUrl, api, parameters }: ConnectorMethod, args: ValueMap): string {
  const chosen = ENDPOINT_ARGUMENTS.find(
    (name) => args.has(name) && !parameters.some((known) => known.name === name),
  );
  const region = chosen === undefined ? null : (args.get(chosen) ?? null);
  if (typeof region !== 'string') return rootUrl;
  return rootUrl.replace(`//${api}.`, `//${region}-${api}.`);
}

function send(
  method: ConnectorMethod,
  args: ValueMap,
  params: ConnectorParams,
  destination: Destination,
  deadlineMs: number,
  host: BlockingHost,
): Promise<Value> {
  const query = new Map<string, Value>();
  for (const [name, value] of args) {
    if (name === 'body' || isInPath(method, name)) continue;
    const known = method.parameters.some((parameter) => parameter.name === name);
    if (!known && name === QUERY_ARGUMENT && isMap(value)) {
      for (const [parameter, item] of value) query.set(parameter, item);
      continue;
    }
    if (!known && ENDPOINT_ARGUMENTS.includes(name)) continue;
    setQuery(query, name, value);
  }
  const uploads = method.mediaUpload && args.get('uploadType') === 'media';
  const path = expandPath(method.path, args, method.name);
  return requestWithRetries(
    {
      method: method.httpMethod,
      url: `${destination.rootUrl}/${uploads ? `upload/${path}` : path}`,
      query,
      body: args.get('body') ?? null,
      headers: uploads ? new Map([['Content-Type', mediaType(args.get('body') ?? null)]]) : new Map(),
      scopes: params.scopes,
      authorized: destination.authorized,
    },
    deadlineMs,
    host,
  );
}

/** A map becomes one parameter for each of its fields: `updateMask: {fieldPaths: a}` becomes `updateMask.fieldPaths=a`. */
function setQuery(query: Map<string, Value>, name: string, value: Value): void {
  if (isMap(value)) for (const [key, item] of value) setQuery(query, `${name}.${key}`, item);
  else if (value !== null) query.set(name, value);
}

function mediaType(body: Value): string {
  if (isBytes(body)) return 'application/octet-stream';
  return typeof body === 'string' ? 'text/plain' : 'application/json';
}
