import type { OutgoingCall } from '../calls/outgoing-call.ts';
import type { ChildRun } from '../child-run.ts';
import { errorMap, Raised, typeError, valueError } from '../errors/raised.ts';
import type { BlockingHost } from '../stdlib/function.ts';
import { isBytes, isList, isMap, typeName, type Value, type ValueMap } from '../values/value.ts';
import { childFailure } from './child-failure.ts';
import type { ConnectorHelper } from './connector.ts';
import type { ConnectorParams } from './connector-params.ts';
import { type Destination, destinationOf, emulatorVariable } from './destination.ts';
import { missingDestination } from './missing-destination.ts';
import { requestWithRetries } from './request.ts';

/** Calls a helper: it makes one or more API calls and converts the answer as its documentation page says. */
export async function callHelper(
  helper: ConnectorHelper,
  args: ValueMap,
  params: ConnectorParams,
  host: BlockingHost,
  call: OutgoingCall,
): Promise<Value> {
  const [method = ''] = helper.name.split('.').slice(-1);
  switch (method) {
    case 'run':
      return host.runWorkflow(text(args, 'workflow_id'), args.get('argument') ?? null, childRun(params));
    case 'map':
      return runForEach(args, params, host);
    case 'accessString':
    case 'accessBytes':
    case 'addVersionString':
    case 'addVersionBytes': {
      const destination = destinationOf(
        'secretmanager',
        'https://secretmanager.googleapis.com',
        host.destinations,
      );
      if (destination === undefined) throw missingDestination(call, emulatorVariable('secretmanager'));
      return secret(method, args, params, destination, host);
    }
    default:
      // The endpoint of a cluster needs the cluster's certificate authority, which Node's fetch cannot use for a single call.
      throw missingDestination(call, undefined);
  }
}

/** `executions.map`: an execution for each argument, all at once; the results in the order of the arguments. */
async function runForEach(args: ValueMap, params: ConnectorParams, host: BlockingHost): Promise<Value> {
  const list = args.get('arguments') ?? null;
  if (!isList(list)) throw typeError(`argument 'arguments' must be a list; got: ${typeName(list)}`);
  const workflowId = text(args, 'workflow_id');
  return host.runWorkflows(workflowId, list, childRun(params));
}

/** "Method: …executions.run": it waits as for a long-running operation, and with `skip_polling` it returns nothing. */
function childRun({ timeoutMs, skipPolling }: ConnectorParams): ChildRun {
  return { timeoutMs, waits: !skipPolling, failure: childFailure };
}

async function secret(
  helper: 'accessString' | 'accessBytes' | 'addVersionString' | 'addVersionBytes',
  args: ValueMap,
  params: ConnectorParams,
  destination: Destination,
  host: BlockingHost,
): Promise<Value> {
  const project = args.get('project_id') ?? host.environment('GOOGLE_CLOUD_PROJECT_ID') ?? null;
  const name = `projects/${project}/secrets/${text(args, 'secret_id')}`;
  const adds = helper.startsWith('add');
  const version = args.get('version') ?? 'latest';
  const answer = await requestWithRetries(
    {
      method: adds ? 'POST' : 'GET',
      url: `${destination.rootUrl}/v1/${name}${adds ? ':addVersion' : `/versions/${version}:access`}`,
      query: new Map(),
      headers: new Map(),
      body: adds ? secretPayload(args.get('data') ?? null) : null,
      scopes: params.scopes,
      authorized: destination.authorized,
    },
    host.clock.now() + params.timeoutMs,
    host,
  );
  if (adds) return answer;
  const payload = isMap(answer) ? (answer.get('payload') ?? null) : null;
  const data = isMap(payload) ? payload.get('data') : undefined;
  if (typeof data !== 'string') {
    throw new Raised(errorMap(['ResponseTypeError'], `ResponseTypeError: ${name} has no payload.data`));
  }
  const bytes = Buffer.from(data, 'base64');
  return helper === 'accessBytes' ? bytes : bytes.toString('utf8');
}

function secretPayload(data: Value): Value {
  if (typeof data !== 'string' && !isBytes(data))
    throw typeError(`argument 'data' must be text or bytes; got: ${typeName(data)}`);
  const base64 = Buffer.from(data).toString('base64');
  return new Map<string, Value>([['payload', new Map<string, Value>([['data', base64]])]]);
}

function text(args: ValueMap, name: string): string {
  const value = args.get(name) ?? null;
  if (typeof value !== 'string')
    throw typeError(`argument '${name}' must be a string; got: ${typeName(value)}`);
  if (value === '') throw valueError(`argument '${name}' must not be empty`);
  return value;
}
