import type { OutgoingCall } from '../calls/outgoing-call.ts';
import { typeError } from '../errors/raised.ts';
import type { BlockingHost } from '../stdlib/function.ts';
import { isMap, type Value, type ValueMap } from '../values/value.ts';
import { CONNECTOR_PARAMS, type Connector, isInPath, QUERY_ARGUMENT } from './connector.ts';
import { ConnectorParams } from './connector-params.ts';
import { callHelper } from './helper-call.ts';
import { callMethod } from './method-call.ts';

/**
 * Makes a connector call. It goes to an emulator whose variable is set, else to Google where that is allowed; where
 * neither is so, the execution ends with the mock to paste.
 *
 * @throws Raised as the connector would; Fatal where the call has nowhere to go
 */
export async function callConnector(
  connector: Connector,
  given: ValueMap,
  host: BlockingHost,
  call: OutgoingCall,
): Promise<Value> {
  const params = ConnectorParams.read(given.get(CONNECTOR_PARAMS) ?? null);
  const args = new Map([...given].filter(([name]) => name !== CONNECTOR_PARAMS));
  for (const { name, fallback } of connector.parameters) {
    if (fallback === undefined && !args.has(name) && !isInQuery(connector, args, name)) {
      throw typeError(`missing argument '${name}' of '${connector.name}'`);
    }
  }
  if (connector.kind === 'helper') return callHelper(connector, args, params, host, call);
  if (isMap(args.get('body') ?? null) && !connector.hasBody) {
    throw typeError(`'${connector.name}' takes no body`);
  }
  return callMethod(connector, args, params, host, call);
}

function isInQuery(connector: Connector, args: ValueMap, name: string): boolean {
  const query = args.get(QUERY_ARGUMENT) ?? null;
  return connector.kind === 'method' && !isInPath(connector, name) && isMap(query) && query.has(name);
}
