/** valibot schemas for JSON bodies of calls that are not messages of a .proto file. */
import * as v from 'valibot';
import { isJsonObject, type JsonValue } from '../messages/json-value.ts';

const INTEGER_RULE = 'must be an integer';
const DECIMAL = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** Accepts integers as numbers or, as proto3 JSON allows, as decimal text. */
export const integer = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(DECIMAL, INTEGER_RULE))], INTEGER_RULE),
  v.transform(Number),
  v.safeInteger(INTEGER_RULE),
);

const jsonObject = v.custom<object>((input) => isJsonObject(input as JsonValue), 'must be a JSON object');

/** valibot's own object schema accepts an array as an object without fields. */
export function object<const E extends v.ObjectEntries>(entries: E) {
  return v.pipe(jsonObject, v.object(entries));
}

/** The same, but refuses unknown fields. */
export function strictObject<const E extends v.ObjectEntries>(entries: E) {
  return v.pipe(jsonObject, v.strictObject(entries));
}

/**
 * An array of at most `max` items. The length is checked before any item, because to check a million items takes half a second.
 */
export function arrayOf<const S extends v.GenericSchema>(item: S, max: number) {
  return v.pipe(v.array(v.unknown()), v.maxLength(max, `must have at most ${max} items`), v.array(item));
}

/** Not `v.record`, which drops keys named `constructor` or `prototype`. */
export const stringMap = v.pipe(
  jsonObject,
  v.transform((fields) => new Map(Object.entries(fields))),
  v.map(v.string(), v.string()),
  v.transform((entries) => Object.fromEntries(entries)),
);

const TYPE_RULES: ReadonlyMap<string | null, string> = new Map([
  ['string', 'must be a string'],
  ['boolean', 'must be true or false'],
  ['Array', 'must be a JSON array'],
]);

/** The rule that an issue breaks, for schemas without a message of their own. */
export function ruleOf({ expected, received, message }: v.BaseIssue<unknown>): string {
  if (expected === 'never') return 'is unknown';
  if (received === 'undefined') return 'is required';
  return TYPE_RULES.get(expected) ?? message;
}
