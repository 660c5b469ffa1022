/**
 * proto3 JSON into messages, strictly: proto3-json-serializer skips what it does not know and says little about what
 * it refuses, so fields are read here, and only the types with a JSON form of their own are left to it.
 *
 * Source of the rules: https://protobuf.dev/programming-guides/json/
 */

import { fromProto3JSON } from 'proto3-json-serializer';
import type { Enum, Field, Message, Type } from 'protobufjs';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { anyFromJson } from './any.ts';
import { scalarProblem, WELL_KNOWN_PROBLEMS } from './json-rules.ts';
import { isJsonObject, type JsonValue } from './json-value.ts';
import { anyType, schema } from './schema.ts';

/** The message that `json` stands for; an InvalidInput that names the field where it stands for none. */
export function messageFromJson(type: Type, json: JsonValue, path = ''): Message {
  return type.fromObject(new JsonReading(path).message(type, json));
}

/** What `Type.fromObject` takes for a message: its fields by name, or the message. */
type Properties = { [field: string]: unknown };

/** One message being read, and how far down it the reading is: only an error ever needs that as text. */
class JsonReading {
  readonly #root: string;
  readonly #steps: (string | number)[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  message(type: Type, json: JsonValue): Properties {
    if (type === anyType) {
      const { typeUrl, value } = anyFromJson(json, this.#path);
      return type.create({ type_url: typeUrl, value }) as unknown as Properties;
    }
    const problemOf = RULES.get(type);
    if (problemOf) return this.#wellKnown(type, json, problemOf(json));
    if (!isJsonObject(json)) throw this.#invalid('must be a JSON object');

    const properties: Properties = {};
    for (const key in json) {
      const value = json[key] ?? null;
      this.#steps.push(key);
      const field = fieldNamed(type, key);
      if (!field) throw this.#invalid('is unknown');
      if (field.name in properties) throw this.#invalid('is there twice');
      if (value !== null) properties[field.name] = this.#field(field, value);
      this.#steps.pop();
    }
    this.#checkOneofs(type, properties);
    return properties;
  }

  #wellKnown(type: Type, json: JsonValue, problem: string | undefined): Properties {
    if (problem) throw this.#invalid(problem);
    let message: Message | null;
    try {
      message = fromProto3JSON(type, json);
    } catch {
      throw this.#invalid(`is no ${type.name} in proto3 JSON`);
    }
    if (!message) throw this.#invalid('must not be null');
    return message as unknown as Properties;
  }

  #field(field: Field, json: JsonValue): unknown {
    field.resolve();
    if (field.map) return this.#map(field, json);
    if (!field.repeated) return this.#single(field, json);
    if (!Array.isArray(json)) throw this.#invalid('must be a JSON array');
    return json.map((item, index) => this.#at(index, field, item));
  }

  #map(field: Field, json: JsonValue): Properties {
    if (!isJsonObject(json)) throw this.#invalid('must be a JSON object');
    const entries = Object.entries(json);
    return Object.fromEntries(entries.map(([key, value]) => [key, this.#at(key, field, value)]));
  }

  #at(step: string | number, field: Field, json: JsonValue): unknown {
    this.#steps.push(step);
    const value = this.#single(field, json);
    this.#steps.pop();
    return value;
  }

  #single(field: Field, json: JsonValue): unknown {
    const type = field.resolvedType;
    if (type && 'fields' in type) return this.message(type, json);
    const problem = type ? enumProblem(type as Enum, json) : scalarProblem(field.type, json);
    if (problem) throw this.#invalid(problem);
    return field.type === 'bytes' ? Buffer.from(json as string, 'base64') : json;
  }

  #checkOneofs(type: Type, properties: Properties): void {
    for (const oneof of type.oneofsArray) {
      const given = oneof.oneof.filter((name) => name in properties);
      if (given.length > 1) throw this.#invalid(`must have only one of ${given.join(', ')}`);
    }
  }

  #invalid(problem: string): InvalidInput {
    return new InvalidInput(this.#path || 'data', problem);
  }

  get #path(): string {
    const steps = this.#steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
    return `${this.#root}${steps.join('')}`.replace(/^\./, '');
  }
}

/** By the type: protobufjs puts its full name together anew each time it is asked for. */
const RULES = new Map(
  Object.entries(WELL_KNOWN_PROBLEMS).map(([name, problemOf]) => [schema.lookupType(name), problemOf]),
);

/** Parsers accept the lowerCamelCase name and the one in the .proto file. */
function fieldNamed(type: Type, key: string): Field | undefined {
  const camel = key.includes('_')
    ? key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    : key;
  return Object.hasOwn(type.fields, camel) ? type.fields[camel] : undefined;
}

function enumProblem(type: Enum, json: JsonValue): string | undefined {
  const known =
    typeof json === 'string' ? json in type.values : typeof json === 'number' && json in type.valuesById;
  return known ? undefined : `must be one of ${Object.keys(type.values).join(', ')}`;
}
