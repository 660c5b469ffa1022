/**
 * google.protobuf.Any in proto3 JSON, without loss.
 *
 * A type that the deployment knows has its JSON form: its fields beside `@type`, or `value` for the types with a form
 * of their own. Of a type that it does not know there are only bytes: `{"@type": …, "value": "<base64>"}`.
 */
import { toBinary } from '@bufbuild/protobuf';
import { hasCustomJsonRepresentation } from '@bufbuild/protobuf/wkt';
import type { AnyValue } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { messageFromJson } from './json-reader.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { messageToJson } from './json-writer.ts';
import { messageFromBinary, typeNameOfUrl, typeOfUrl } from './registry.ts';
import { isBase64 } from './text.ts';

const EMPTY = 'google.protobuf.Empty';

/** Of bytes that are no message of their type, or that JSON has no form for, the bytes. */
export function anyToJson(any: AnyValue): JsonObject {
  return knownAnyToJson(any) ?? bytesForm(any);
}

/** undefined for a type that is not known, and where its bytes have no JSON form. */
export function knownAnyToJson({ typeUrl, value }: AnyValue): JsonObject | undefined {
  if (typeUrl === '' && value.length === 0) return {};
  const type = typeOfUrl(typeUrl);
  if (!type) return undefined;
  try {
    const json = messageToJson(type, messageFromBinary(type, value));
    if (hasCustomJsonRepresentation(type)) return { '@type': typeUrl, value: json };
    return { '@type': typeUrl, ...(json as JsonObject) };
  } catch {
    return undefined;
  }
}

/** @throws InvalidInput that names the field, below `path`, and the rule */
export function anyFromJson(json: JsonValue, path: string): AnyValue {
  if (!isJsonObject(json)) throw new InvalidInput(path, 'must be a JSON object with "@type"');
  const { '@type': typeUrl, ...rest } = json;
  const keys = Object.keys(rest);
  if (typeUrl === undefined && keys.length === 0) return { typeUrl: '', value: new Uint8Array() };
  if (typeof typeUrl !== 'string' || typeNameOfUrl(typeUrl) === '') {
    throw new InvalidInput(
      `${path}.@type`,
      'must be a type URL, such as "type.googleapis.com/google.protobuf.Struct"',
    );
  }
  const type = typeOfUrl(typeUrl);
  if (!type) return { typeUrl, value: bytesOf(rest, typeUrl, path) };
  const isCustom = hasCustomJsonRepresentation(type);
  // Go writes Empty like the types with a form of their own, other languages as the message without fields that it is.
  const inValue = isCustom || (type.typeName === EMPTY && keys.length > 0);
  if (inValue) {
    if (!Object.hasOwn(rest, 'value')) throw new InvalidInput(`${path}.value`, 'is required');
    const beside = keys.find((key) => key !== 'value');
    if (beside !== undefined) throw new InvalidInput(`${path}.${beside}`, 'is unknown');
  }
  const message = inValue
    ? messageFromJson(type, rest.value ?? null, `${path}.value`)
    : messageFromJson(type, rest, path);
  return { typeUrl, value: toBinary(type, message) };
}

function bytesForm({ typeUrl, value }: AnyValue): JsonObject {
  return { '@type': typeUrl, value: Buffer.from(value).toString('base64') };
}

function bytesOf(rest: JsonObject, typeUrl: string, path: string): Uint8Array {
  const { value, ...others } = rest;
  if (typeof value === 'string' && isBase64(value) && Object.keys(others).length === 0) {
    return Buffer.from(value, 'base64');
  }
  throw new InvalidInput(
    path,
    `is of the type ${typeNameOfUrl(typeUrl)}, which this deployment does not know: give its bytes as {"@type", "value": "<base64>"}, or add its .proto file`,
  );
}
