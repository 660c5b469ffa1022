/**
 * Reads what it can of a message that is not a valid event, so that the operation's history can record the rejection.
 */
import { WireType } from '@bufbuild/protobuf/wire';
import type { EventHeader, WorkerEvent } from '../lifecycle/event.ts';
import { isOperationName } from '../lifecycle/operation-name.ts';
import { fieldsOf } from './binary-fields.ts';
import type { BusMessage } from './bus-message.ts';
import { encodingOf } from './event-message.ts';
import { isJsonObject, type JsonObject, readJsonLeniently } from './json-value.ts';
import { lifecycleEventType } from './registry.ts';
import { isWellFormed } from './text.ts';

export interface RejectedHeader extends Pick<EventHeader, 'operation' | 'attempt' | 'worker'> {
  /** The kind of the intended event, or `unknown` if the message names no kind or more than one. */
  readonly type: WorkerEvent['type'] | 'unknown';
}

/** Returns undefined if the message names no operation. Never throws. */
export function rejectedHeaderOf(message: BusMessage): RejectedHeader | undefined {
  try {
    return encodingOf(message) === 'JSON' ? fromJson(message.data) : fromBinary(message.data);
  } catch {
    return undefined;
  }
}

/** Reads the header alone: what the event contains may be refused because it is too much to read. */
function fromBinary(data: Uint8Array): RejectedHeader | undefined {
  const header = new Map<string, unknown>();
  let event: string | undefined;
  for (const { number, wireType, reader } of fieldsOf(data)) {
    const field = lifecycleEventType.fields.find((known) => known.number === number);
    if (field?.oneof?.name === 'event') event = field.jsonName;
    if (field?.name === 'attempt' && wireType === WireType.Varint) header.set('attempt', reader.int64());
    else if (isHeaderText(field?.name) && wireType === WireType.LengthDelimited)
      header.set(field?.name ?? '', reader.string());
    else reader.skip(wireType, number);
  }
  return headerOf(
    header.get('operation'),
    header.get('attempt'),
    header.get('worker'),
    event === undefined ? [] : [event],
  );
}

function isHeaderText(name: string | undefined): boolean {
  return name === 'operation' || name === 'worker';
}

/** Fields are read without validation: any field may be the one that was refused. */
function fromJson(data: Uint8Array): RejectedHeader | undefined {
  const json = readJsonLeniently(data);
  return isJsonObject(json) ? rejectedHeaderOfJson(json) : undefined;
}

/** Returns undefined if the event names no operation. */
export function rejectedHeaderOfJson(json: JsonObject): RejectedHeader | undefined {
  const events = EVENT_FIELDS.filter(({ name, jsonName }) => isGiven(json, name) || isGiven(json, jsonName));
  return headerOf(
    json.operation,
    json.attempt,
    json.worker,
    events.map(({ jsonName }) => jsonName),
  );
}

const EVENT_FIELDS = lifecycleEventType.fields.filter(({ oneof }) => oneof?.name === 'event');

function isGiven(json: JsonObject, key: string): boolean {
  return Object.hasOwn(json, key) && json[key] !== null;
}

function headerOf(
  operation: unknown,
  attempt: unknown,
  worker: unknown,
  events: readonly string[],
): RejectedHeader | undefined {
  if (typeof operation !== 'string' || !isOperationName(operation)) return undefined;
  const number = Number(attempt ?? Number.NaN);
  const [type, ...others] = events;
  return {
    operation,
    attempt: Number.isSafeInteger(number) && number > 0 ? number : undefined,
    worker: typeof worker === 'string' && worker !== '' && isWellFormed(worker) ? worker : undefined,
    type: type !== undefined && others.length === 0 ? (type as WorkerEvent['type']) : 'unknown',
  };
}
