/** Converts between proto3 JSON and the message types that this deployment knows. */
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { AnyValue } from '../lifecycle/result.ts';
import { JsonCodec } from './json-codec.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import type { PayloadLimits } from './limits.ts';
import { registry } from './registry.ts';

const codec = new JsonCodec(registry);

/**
 * Reads the message that `json` represents. `path` is the position of the JSON in the request or event. With `limits`, an Any that is
 * too large is refused before it is read, if it can be: reading takes long.
 *
 * @throws InvalidInput that names the field and its rule, and quotes nothing of the value
 */
export function messageFromJson<T extends DescMessage>(
  type: T,
  json: JsonValue,
  path = '',
  limits?: PayloadLimits,
): MessageShape<T> {
  return codec.read(type, json, path, limits?.payloadBytes);
}

/** @throws InvalidInput that names the field, below `path`, and the rule */
export function anyFromJson(json: JsonValue, path: string): AnyValue {
  return codec.readAny(json, path);
}

/**
 * The same for an Any from an untrusted source.
 *
 * @throws if the bytes are not a message of their type, or the message has no JSON form
 */
export function openAnyToJson(any: AnyValue): JsonObject {
  return codec.writeOpenAny(any);
}

/** Writes the fields beside `@type`, or the bytes in base64 if the deployment does not know the type. */
export function anyToJson(any: AnyValue): JsonObject {
  return codec.writeAny(any);
}
