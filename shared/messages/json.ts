/** proto3 JSON of the message types that this deployment knows. */
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { AnyValue } from '../lifecycle/result.ts';
import { JsonCodec } from './json-codec.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { registry } from './registry.ts';

const codec = new JsonCodec(registry);

/**
 * The message that `json` stands for; `path` is where it stands in what was sent.
 *
 * @throws InvalidInput that names the field and its rule, and quotes nothing of the value
 */
export function messageFromJson<T extends DescMessage>(type: T, json: JsonValue, path = ''): MessageShape<T> {
  return codec.read(type, json, path);
}

/** @throws InvalidInput that names the field, below `path`, and the rule */
export function anyFromJson(json: JsonValue, path: string): AnyValue {
  return codec.readAny(json, path);
}

/**
 * The same for an Any that is not trusted yet.
 *
 * @throws for bytes that are no message of their type, and for a message without a JSON form
 */
export function openAnyToJson(any: AnyValue): JsonObject {
  return codec.writeOpenAny(any);
}

/** Its fields beside `@type`, or its bytes in base64 where the deployment does not know its type. */
export function anyToJson(any: AnyValue): JsonObject {
  return codec.writeAny(any);
}
