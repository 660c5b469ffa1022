/**
 * Finds the field of a refused JSON message that breaks a rule, and the rule. The protobuf library decides: each part
 * is given to it separately, and a refused part is searched further. The description never quotes a value, which may be
 * a secret.
 */
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue as LibraryJson,
  ScalarType,
} from '@bufbuild/protobuf';
import { hasCustomJsonRepresentation } from '@bufbuild/protobuf/wkt';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { CODEC_OPTIONS } from './registry.ts';
import { TIMESTAMP_RULE } from './timestamp.ts';

export interface JsonProblem {
  /** Empty for the message as a whole. */
  readonly field: string;
  readonly rule: string;
}

/** Describes the problem of `json`, which the library has refused for the type. `path` is the position of the JSON. */
export function jsonProblem(type: DescMessage, json: JsonValue, path: string): JsonProblem {
  if (hasCustomJsonRepresentation(type)) return { field: path, rule: customRule(type) };
  if (!isJsonObject(json)) return { field: path, rule: 'must be a JSON object' };

  const given = new Map<DescField, string>();
  for (const [key, value] of Object.entries(json)) {
    const at = path ? `${path}.${key}` : key;
    const field = type.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    if (!field) return { field: at, rule: 'is unknown' };
    if (given.has(field)) return { field: at, rule: 'is there twice' };
    given.set(field, key);
    if (isRefused(type, { [key]: value })) return fieldProblem(type, field, key, value as JsonValue, at);
  }
  for (const { fields } of type.oneofs) {
    const names = fields.flatMap((field) => given.get(field) ?? []);
    if (names.length > 1) return { field: path, rule: `must have only one of ${names.join(', ')}` };
  }
  return { field: path, rule: `is no ${type.typeName} in proto3 JSON` };
}

/**
 * Returns the index of the first refused item of a list. It searches by halves, because a list may have millions of
 * items.
 */
function firstRefused<T>(items: T[], areRefused: (items: T[]) => boolean): number {
  let start = 0;
  for (let end = items.length; end - start > 1; ) {
    const middle = (start + end) >> 1;
    if (areRefused(items.slice(start, middle))) end = middle;
    else start = middle;
  }
  return start;
}

function isRefused(type: DescMessage, json: JsonObject): boolean {
  try {
    fromJson(type, json as LibraryJson, CODEC_OPTIONS);
    return false;
  } catch {
    return true;
  }
}

function fieldProblem(
  type: DescMessage,
  field: DescField,
  key: string,
  value: JsonValue,
  path: string,
): JsonProblem {
  if (field.fieldKind === 'list') {
    if (!Array.isArray(value)) return { field: path, rule: 'must be a JSON array' };
    const index = firstRefused(value, (items) => isRefused(type, { [key]: items }));
    return valueProblem(field, value[index] ?? null, `${path}[${index}]`);
  }
  if (field.fieldKind === 'map') {
    if (!isJsonObject(value)) return { field: path, rule: 'must be a JSON object' };
    const entries = Object.entries(value);
    const index = firstRefused(entries, (some) => isRefused(type, { [key]: Object.fromEntries(some) }));
    const [name = '', item = null] = entries[index] ?? [];
    if (!isRefused(type, { [key]: { [name]: item } }))
      return { field: path, rule: 'must have each key once' };
    return valueProblem(field, item, `${path}.${name}`);
  }
  return valueProblem(field, value, path);
}

function valueProblem(field: DescField, value: JsonValue, path: string): JsonProblem {
  if (value === null) return { field: path, rule: 'must not be null' };
  if (field.message) return jsonProblem(field.message, value, path);
  return { field: path, rule: field.enum ? enumRule(field.enum) : scalarRule(field) };
}

function enumRule({ values }: DescEnum): string {
  return `must be one of ${values.map(({ name }) => name).join(', ')}`;
}

const SIGNED_32 = 'must be an integer from -2147483648 to 2147483647';
const UNSIGNED_32 = 'must be an integer from 0 to 4294967295';
const SIGNED_64 =
  'must be an integer from -9223372036854775808 to 9223372036854775807, as a string where it is beyond 2^53';
const UNSIGNED_64 = 'must be an integer from 0 to 18446744073709551615, as a string where it is beyond 2^53';

const SCALAR_RULES: ReadonlyMap<ScalarType, string> = new Map([
  [ScalarType.STRING, 'must be a string of well-formed Unicode'],
  [ScalarType.BOOL, 'must be true or false'],
  [ScalarType.BYTES, 'must be a string of base64'],
  [ScalarType.DOUBLE, 'must be a number that a double holds'],
  [ScalarType.FLOAT, 'must be a number that a float holds'],
  [ScalarType.INT32, SIGNED_32],
  [ScalarType.SINT32, SIGNED_32],
  [ScalarType.SFIXED32, SIGNED_32],
  [ScalarType.UINT32, UNSIGNED_32],
  [ScalarType.FIXED32, UNSIGNED_32],
  [ScalarType.INT64, SIGNED_64],
  [ScalarType.SINT64, SIGNED_64],
  [ScalarType.SFIXED64, SIGNED_64],
  [ScalarType.UINT64, UNSIGNED_64],
  [ScalarType.FIXED64, UNSIGNED_64],
]);

function scalarRule(field: DescField): string {
  const scalar = 'scalar' in field ? field.scalar : undefined;
  return (scalar !== undefined && SCALAR_RULES.get(scalar)) || 'has the wrong type';
}

const CUSTOM_RULES: ReadonlyMap<string, string> = new Map([
  ['google.protobuf.Timestamp', TIMESTAMP_RULE],
  ['google.protobuf.Duration', 'must be a duration in seconds, such as "90s" or "1.5s"'],
  ['google.protobuf.Struct', 'must be a JSON object'],
  ['google.protobuf.ListValue', 'must be a JSON array'],
  ['google.protobuf.FieldMask', 'must be a string of field names in lowerCamelCase, separated by commas'],
  ['google.protobuf.Any', 'must be a JSON object with "@type"'],
]);

function customRule(type: DescMessage): string {
  const rule = CUSTOM_RULES.get(type.typeName);
  if (rule) return rule;
  const [value] = type.fields;
  return value?.fieldKind === 'scalar' ? scalarRule(value) : 'must be the proto3 JSON form of its type';
}
