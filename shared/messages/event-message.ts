/** Decodes the data of a lifecycle message, in binary or in JSON. */
import type { LifecycleEvent as LifecycleMessage } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { BusMessage } from './bus-message.ts';
import { messageFromJson } from './json.ts';
import { isJsonObject, type JsonValue, parseJson } from './json-value.ts';
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from './limits.ts';
import { requireShortBinaryLists, requireShortLists } from './list-lengths.ts';
import { lifecycleEventType, messageFromBinary } from './registry.ts';

export type { LifecycleMessage };

export type Encoding = 'JSON' | 'BINARY';

/** The attribute that Pub/Sub sets for topics with a schema: https://cloud.google.com/pubsub/docs/schemas */
const ENCODING_ATTRIBUTE = 'googclient_schemaencoding';

/** @throws InvalidInput */
export function encodingOf({ data, attributes }: Pick<BusMessage, 'data' | 'attributes'>): Encoding {
  const declared = Object.hasOwn(attributes, ENCODING_ATTRIBUTE) ? attributes[ENCODING_ATTRIBUTE] : undefined;
  if (declared === undefined) return startsWithBrace(data) ? 'JSON' : 'BINARY';
  if (declared !== 'JSON' && declared !== 'BINARY') {
    throw new InvalidInput(`attributes.${ENCODING_ATTRIBUTE}`, 'must be JSON or BINARY');
  }
  return declared;
}

/** @throws InvalidInput that names the field if the data is no lro.v1.LifecycleEvent */
export function decodeEvent(
  data: Uint8Array,
  encoding: Encoding,
  limits: PayloadLimits = DEFAULT_PAYLOAD_LIMITS,
): LifecycleMessage {
  if (encoding === 'JSON') {
    return eventFromJson(parseJson(data, 'data'), limits);
  }
  try {
    requireShortBinaryLists(data);
    return eventFromBinary(data);
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    throw new InvalidInput('data', 'is neither a JSON object nor a protobuf lro.v1.LifecycleEvent');
  }
}

/**
 * Fields that are not known are left out: each would become an object, and a message of nothing else would need a gigabyte.
 *
 * @throws if the data is no lro.v1.LifecycleEvent
 */
export function eventFromBinary(data: Uint8Array): LifecycleMessage {
  return messageFromBinary(lifecycleEventType, data, { readUnknownFields: false });
}

/** @throws InvalidInput that names the field if `json` is no lro.v1.LifecycleEvent */
export function eventFromJson(json: JsonValue, limits: PayloadLimits): LifecycleMessage {
  requireExactIntegers(json);
  requireShortLists(json);
  return messageFromJson(lifecycleEventType, json, '', limits);
}

/** A JSON number beyond 2^53 has already lost digits, so the event would get another order than its worker meant. */
function requireExactIntegers(json: JsonValue): void {
  if (!isJsonObject(json)) return;
  for (const field of ['sequence', 'attempt'] as const) {
    const value = json[field];
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new InvalidInput(field, 'must be an integer, as a string where it is beyond 2^53');
    }
  }
}

function startsWithBrace(data: Uint8Array): boolean {
  const first = data.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  return first === 0x7b;
}
