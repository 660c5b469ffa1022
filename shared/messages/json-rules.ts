import { isJsonObject, type JsonValue } from './json-value.ts';
import { parseTimestamp } from './timestamp.ts';

/** What is wrong with a JSON value for a field of a scalar type; undefined where nothing is. */
export function scalarProblem(type: string, json: JsonValue): string | undefined {
  switch (type) {
    case 'string':
      return typeof json === 'string' ? undefined : 'must be a string';
    case 'bool':
      return typeof json === 'boolean' ? undefined : 'must be true or false';
    case 'bytes':
      return typeof json === 'string' && isBase64(json) ? undefined : 'must be a string of base64';
    case 'float':
    case 'double':
      return isDouble(json) ? undefined : 'must be a number';
    default:
      return integerProblem(type, json);
  }
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

export function isBase64(text: string): boolean {
  return BASE64.test(text) && text.replace(/=+$/, '').length % 4 !== 1;
}

const DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

function isDouble(json: JsonValue): boolean {
  if (typeof json === 'number') return true;
  return typeof json === 'string' && (DECIMAL.test(json) || ['NaN', 'Infinity', '-Infinity'].includes(json));
}

function integerProblem(type: string, json: JsonValue): string | undefined {
  const unsigned = type.startsWith('u') || type.startsWith('fixed');
  const bits = type.endsWith('64') ? 64n : 32n;
  const value = toInteger(json);
  if (value === undefined) {
    return bits === 64n ? 'must be an integer, as a string where it is beyond 2^53' : 'must be an integer';
  }
  const low = unsigned ? 0n : -(1n << (bits - 1n));
  const high = unsigned ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n;
  return value < low || value > high ? `must be from ${low} to ${high}` : undefined;
}

function toInteger(json: JsonValue): bigint | undefined {
  // Beyond 2^53 a JSON number has already lost digits when it gets here.
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : undefined;
  return typeof json === 'string' && /^-?[0-9]{1,20}$/.test(json) ? BigInt(json) : undefined;
}

const DURATION = /^\d{1,12}(\.\d{1,9})?s$/;
/** google.protobuf.Duration: plus or minus 10,000 years. */
const MAX_DURATION_SECONDS = 315_576_000_000;

/** The same for the types that have a JSON form of their own. Those that the serializer checks itself are let through. */
export const WELL_KNOWN_PROBLEMS: Readonly<Record<string, (json: JsonValue) => string | undefined>> = {
  '.google.protobuf.Timestamp': (json) =>
    typeof json === 'string' && parseTimestamp(json)
      ? undefined
      : 'must be a time in RFC 3339, such as "2025-01-31T12:00:00Z"',
  '.google.protobuf.Duration': (json) =>
    typeof json === 'string' && DURATION.test(json) && Number.parseFloat(json) <= MAX_DURATION_SECONDS
      ? undefined
      : 'must be a duration in seconds that is not negative, such as "90s"',
  '.google.protobuf.Struct': (json) => (isJsonObject(json) ? undefined : 'must be a JSON object'),
  '.google.protobuf.ListValue': (json) => (Array.isArray(json) ? undefined : 'must be a JSON array'),
  '.google.protobuf.FieldMask': (json) => (typeof json === 'string' ? undefined : 'must be a string'),
  '.google.protobuf.Value': () => undefined,
  ...Object.fromEntries(
    Object.entries({
      DoubleValue: 'double',
      FloatValue: 'float',
      Int64Value: 'int64',
      UInt64Value: 'uint64',
      Int32Value: 'int32',
      UInt32Value: 'uint32',
      BoolValue: 'bool',
      StringValue: 'string',
      BytesValue: 'bytes',
    }).map(([name, type]) => [`.google.protobuf.${name}`, (json: JsonValue) => scalarProblem(type, json)]),
  ),
};
