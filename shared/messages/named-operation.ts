import { isOperationName, type OperationName } from '../lifecycle/operation-name.ts';
import { encodingOf } from './event-message.ts';
import { isJsonObject, parseJson } from './json-value.ts';
import type { BusMessage } from './lifecycle-event.ts';
import { lifecycleEventType, messageFromBinary } from './registry.ts';

/** The operation that a message names which carries no valid event; undefined where it names none that could be read. */
export function namedOperation(message: BusMessage): OperationName | undefined {
  try {
    const name = nameIn(message);
    return typeof name === 'string' && isOperationName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

function nameIn(message: BusMessage): unknown {
  if (encodingOf(message) === 'BINARY') return messageFromBinary(lifecycleEventType, message.data).operation;
  const json = parseJson(message.data, 'data');
  return isJsonObject(json) ? json.operation : undefined;
}
