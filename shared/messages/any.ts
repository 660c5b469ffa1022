/**
 * google.protobuf.Any in proto3 JSON, without loss.
 *
 * A type that the deployment knows has its JSON form: its fields beside `@type`, or `value` for the types with a form
 * of their own. Of a type that it does not know there are only bytes: `{"@type": …, "value": "<base64>"}`.
 */

import { toProto3JSON } from 'proto3-json-serializer';
import type { Message } from 'protobufjs';
import type { AnyValue } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { messageFromJson } from './json-reader.ts';
import { isBase64 } from './json-rules.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { knownType } from './schema.ts';

/** Types whose JSON is not an object of their fields. */
const SPECIAL =
  /^google\.protobuf\.(Any|Duration|FieldMask|ListValue|Struct|Timestamp|Value|[A-Za-z0-9]+Value)$/;

export function anyToJson(any: AnyValue): JsonObject {
  const type = knownType(any.typeUrl);
  if (!type) return bytesForm(any);
  try {
    const json = toProto3JSON(type.decode(any.value)) as JsonValue;
    if (SPECIAL.test(typeName(any.typeUrl)) || !isJsonObject(json))
      return { '@type': any.typeUrl, value: json };
    return { '@type': any.typeUrl, ...json };
  } catch {
    // Bytes that are no message of that type, or that hold an Any of an unknown one: still without loss.
    return bytesForm(any);
  }
}

export function anyFromJson(json: JsonValue, path: string): AnyValue {
  if (!isJsonObject(json)) throw new InvalidInput(path, 'must be a JSON object with "@type"');
  const { '@type': typeUrl, ...rest } = json;
  if (typeof typeUrl !== 'string' || typeName(typeUrl) === '') {
    throw new InvalidInput(
      `${path}.@type`,
      'must be a type URL, such as "type.googleapis.com/google.protobuf.Struct"',
    );
  }
  const type = knownType(typeUrl);
  if (!type) return { typeUrl, value: unknownBytes(rest, typeUrl, path) };
  const special = SPECIAL.test(typeName(typeUrl));
  if (special && !('value' in rest)) throw new InvalidInput(`${path}.value`, 'is required');
  const message: Message = messageFromJson(
    type,
    special ? (rest.value ?? null) : rest,
    special ? `${path}.value` : path,
  );
  return { typeUrl, value: type.encode(message).finish() };
}

function bytesForm({ typeUrl, value }: AnyValue): JsonObject {
  return { '@type': typeUrl, value: Buffer.from(value).toString('base64') };
}

function unknownBytes(rest: JsonObject, typeUrl: string, path: string): Uint8Array {
  const { value, ...others } = rest;
  if (typeof value === 'string' && isBase64(value) && Object.keys(others).length === 0) {
    return Buffer.from(value, 'base64');
  }
  throw new InvalidInput(
    path,
    `is of the type ${typeName(typeUrl)}, which this deployment does not know: give its bytes as {"@type", "value": "<base64>"}, or add its .proto file`,
  );
}

function typeName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}
