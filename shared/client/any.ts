/** Converts payloads to google.protobuf.Any: a Struct, or the message type that a definition names. */
import type { Code } from './code.ts';
import { type JsonObject, requireJsonObject } from './json.ts';

const PREFIX = 'type.googleapis.com/';
const STRUCT = `${PREFIX}google.protobuf.Struct`;

/** @throws OperationError with `code` and the path of a value that is not JSON */
export function payloadToAny(value: unknown, what: string, code: Code, type?: string): JsonObject {
  requireJsonObject(value, what, code);
  return type === undefined ? { '@type': STRUCT, value } : { '@type': PREFIX + type, ...value };
}

/** Returns the plain object of an Any in proto3 JSON, or an empty object if the Any is absent. */
export function payloadFromAny(any: unknown): JsonObject {
  const payload = (any ?? {}) as JsonObject;
  // Nearly every payload is a Struct, and to copy the fields of an object of any shape takes long.
  if (payload['@type'] === STRUCT) return payload.value as JsonObject;
  const { '@type': _, ...fields } = payload;
  return fields;
}
