/** The completion message, which says that an operation has ended. */
import type { TerminalOperation } from '../lifecycle/operation.ts';
import { startOf } from '../orchestrator/ports/failure.ts';
import { jsonBytes } from './json-bytes.ts';
import { type OperationView, operationToJson, operationView } from './operation.ts';
import { toRfc3339 } from './timestamp.ts';

/** A message as it is published. */
export interface OutgoingMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey?: string;
}

/** A message without its payload says so in an attribute. The Operations API has the whole operation. */
export type PayloadForm = 'WHOLE' | 'OMITTED';

export function completionMessage(operation: TerminalOperation): OutgoingMessage {
  return messageOf(operation, operationView(operation), 'WHOLE');
}

/** For an operation of an earlier release whose payloads do not fit one message: keeps only how the operation ended. */
export function completionWithoutPayload(operation: TerminalOperation): OutgoingMessage {
  const { name, done, error } = operationView(operation);
  const view = error
    ? { name, done, error: { code: error.code, message: messageStart(error.message), details: [] } }
    : { name, done };
  return messageOf(operation, view, 'OMITTED');
}

function messageOf(
  { name, state, creation, createTime, completeTime, terminalEventId }: TerminalOperation,
  view: OperationView,
  payload: PayloadForm,
): OutgoingMessage {
  const attributes: Record<string, string> = {
    operation: name,
    state,
    method: creation?.value.method ?? '',
    parent: creation?.value.parent ?? '',
    createTime: toRfc3339(createTime),
    completeTime: toRfc3339(completeTime),
    eventId: `completion:${name}:${terminalEventId}`,
  };
  if (payload === 'OMITTED') attributes.payloadOmitted = 'true';
  return { data: jsonBytes(operationToJson(view)), attributes, orderingKey: name };
}

const MESSAGE_START_LENGTH = 1024;

/** Cuts a long error message to its beginning. */
export function messageStart(message: string): string {
  return startOf(message, MESSAGE_START_LENGTH);
}
