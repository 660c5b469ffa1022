/** The message that says that an operation is done. */
import type { TerminalOperation } from '../lifecycle/operation.ts';
import { operationToJson, operationView } from './operation.ts';
import { toRfc3339 } from './timestamp.ts';

/** A message as it is published. */
export interface OutgoingMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey?: string;
}

export function completionMessage(operation: TerminalOperation): OutgoingMessage {
  const { name, state, creation, createTime, completeTime, terminalEventId } = operation;
  return {
    data: jsonBytes(operationToJson(operationView(operation))),
    attributes: {
      operation: name,
      state,
      method: creation?.value.method ?? '',
      parent: creation?.value.parent ?? '',
      createTime: toRfc3339(createTime),
      completeTime: toRfc3339(completeTime),
      eventId: `completion:${name}:${terminalEventId}`,
    },
    orderingKey: name,
  };
}

export function jsonBytes(json: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(json));
}
