/**
 * The result of an operation of another service, as a workflow passes it on: JSON of types that only that service may
 * know.
 */
import type { ChildResult } from '../lifecycle/outcome.ts';
import { type AnyValue, EMPTY_RESPONSE, type Status } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { anyFromJson } from './json.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';

const STRUCT_URL = 'type.googleapis.com/google.protobuf.Struct';

/** Returns undefined if the JSON has neither a response nor an error that can be kept. */
export function foreignResult({
  response,
  error,
}: {
  readonly response?: JsonValue;
  readonly error?: JsonValue;
}): ChildResult | undefined {
  if (error !== undefined) {
    const status = isJsonObject(error) ? statusOf(error) : undefined;
    return status && { error: status };
  }
  const any = response === undefined || !isJsonObject(response) ? undefined : anyOf(response);
  return any && { response: any };
}

/** A message of an unknown type is kept as the JSON in which it came. */
function anyOf(json: JsonObject): AnyValue | undefined {
  if (Object.keys(json).length === 0) return EMPTY_RESPONSE;
  return (
    readable(() => anyFromJson(json, 'response')) ?? readable(() => anyFromJson(asStruct(json), 'response'))
  );
}

function asStruct(json: JsonObject): JsonObject {
  return { '@type': STRUCT_URL, value: json };
}

function statusOf({ code, message, details }: JsonObject): Status | undefined {
  if (typeof code !== 'number' || !Number.isInteger(code)) return undefined;
  return {
    code,
    message: typeof message === 'string' ? message : '',
    details: (Array.isArray(details) ? details : []).flatMap((detail) =>
      isJsonObject(detail) ? (anyOf(detail) ?? []) : [],
    ),
  };
}

function readable(read: () => AnyValue): AnyValue | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
