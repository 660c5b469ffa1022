/**
 * proto3 JSON into messages, strictly: proto3-json-serializer skips what it does not know and says little about what
 * it refuses, so the JSON is first held against the message type, field by field.
 *
 * Source of the rules: https://protobuf.dev/programming-guides/json/
 */

import { fromProto3JSON } from 'proto3-json-serializer';
import type { Enum, Field, Message, Type } from 'protobufjs';
import { InvalidInput } from '../orchestrator/failure.ts';
import { anyFromJson } from './any.ts';
import { scalarProblem, WELL_KNOWN_PROBLEMS } from './json-rules.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { anyType } from './schema.ts';

/** The message that `json` stands for; an InvalidInput that names the field where it stands for none. */
export function messageFromJson(type: Type, json: JsonValue, path = ''): Message {
  if (type === anyType) return type.create(toInternal(anyFromJson(json, path)));
  const anys: AnyAt[] = [];
  const checked = checkMessage(type, json, path, [], anys);
  let message: Message | null;
  try {
    message = fromProto3JSON(type, checked);
  } catch {
    throw new InvalidInput(path || 'data', `is no ${type.name} in proto3 JSON`);
  }
  if (!message) throw new InvalidInput(path || 'data', 'must not be null');
  for (const { at, value } of anys) place(message as unknown as Slots, at, value);
  return message;
}

/** An Any that was taken out of the JSON, and where it belongs: the serializer refuses types that it does not know. */
interface AnyAt {
  readonly at: readonly (string | number)[];
  readonly value: Message;
}

type Place = readonly (string | number)[];
type Slots = Record<string | number, unknown>;

function place(message: Slots, at: Place, value: Message): void {
  let holder = message;
  for (const step of at.slice(0, -1)) holder = holder[step] as Slots;
  const last = at[at.length - 1];
  if (last !== undefined) holder[last] = value;
}

function checkMessage(type: Type, json: JsonValue, path: string, at: Place, anys: AnyAt[]): JsonValue {
  const wellKnown = wellKnownRule(type);
  if (wellKnown) {
    const problem = wellKnown(json);
    if (problem) throw new InvalidInput(path, problem);
    return json;
  }
  if (!isJsonObject(json)) throw new InvalidInput(path || 'data', 'must be a JSON object');

  const checked: JsonObject = {};
  for (const [key, value] of Object.entries(json)) {
    const field = fieldNamed(type, key);
    const where = path ? `${path}.${key}` : key;
    if (!field) throw new InvalidInput(where, 'is unknown');
    if (field.name in checked) throw new InvalidInput(where, 'is there twice');
    if (value === null) continue;
    checked[field.name] = checkField(field, value, where, [...at, field.name], anys);
  }
  checkOneofs(type, checked, path);
  return checked;
}

type Rule = (json: JsonValue) => string | undefined;
const rules = new WeakMap<Type, Rule | null>();

/** protobufjs puts the full name together anew each time it is asked for. */
function wellKnownRule(type: Type): Rule | null {
  let rule = rules.get(type);
  if (rule === undefined) {
    rule = WELL_KNOWN_PROBLEMS[type.fullName] ?? null;
    rules.set(type, rule);
  }
  return rule;
}

/** Parsers accept the lowerCamelCase name and the one in the .proto file. */
function fieldNamed(type: Type, key: string): Field | undefined {
  const camel = key.includes('_')
    ? key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    : key;
  return Object.hasOwn(type.fields, camel) ? type.fields[camel] : undefined;
}

function checkField(field: Field, json: JsonValue, path: string, at: Place, anys: AnyAt[]): JsonValue {
  field.resolve();
  if (field.map) {
    if (!isJsonObject(json)) throw new InvalidInput(path, 'must be a JSON object');
    return Object.fromEntries(
      Object.entries(json).map(([key, value]) => [
        key,
        checkSingle(field, value, `${path}.${key}`, [...at, key], anys),
      ]),
    );
  }
  if (field.repeated) {
    if (!Array.isArray(json)) throw new InvalidInput(path, 'must be a JSON array');
    // What was taken out leaves an empty message, so that the places of the others stay.
    return json.map((item, index) => checkSingle(field, item, `${path}[${index}]`, [...at, index], anys));
  }
  return checkSingle(field, json, path, at, anys);
}

function checkSingle(field: Field, json: JsonValue, path: string, at: Place, anys: AnyAt[]): JsonValue {
  const type = field.resolvedType;
  if (type && 'fields' in type) {
    if (type !== anyType) return checkMessage(type, json, path, at, anys);
    anys.push({ at, value: type.create(toInternal(anyFromJson(json, path))) });
    return EMPTY_ANY;
  }
  const problem = type ? enumProblem(type as Enum, json) : scalarProblem(field.type, json);
  if (problem) throw new InvalidInput(path, problem);
  return json;
}

/** Any type will do: it holds the place until the real one is put there. */
const EMPTY_ANY: JsonObject = { '@type': 'type.googleapis.com/google.protobuf.Empty' };

function toInternal(any: { typeUrl: string; value: Uint8Array }) {
  return { type_url: any.typeUrl, value: any.value };
}

function enumProblem(type: Enum, json: JsonValue): string | undefined {
  const known =
    typeof json === 'string' ? json in type.values : typeof json === 'number' && json in type.valuesById;
  return known ? undefined : `must be one of ${Object.keys(type.values).join(', ')}`;
}

function checkOneofs(type: Type, checked: JsonObject, path: string): void {
  for (const oneof of type.oneofsArray) {
    const given = oneof.fieldsArray.map(({ name }) => name).filter((name) => name in checked);
    if (given.length > 1) throw new InvalidInput(path || 'data', `must have only one of ${given.join(', ')}`);
  }
}
