/**
 * Reads proto3 JSON into messages with @bufbuild/protobuf, which passes Google's conformance suite.
 * https://protobuf.dev/programming-guides/json/
 *
 * This file adds two things that the library does not do: an Any keeps a type that the deployment does not know, and a
 * Timestamp is checked against the calendar.
 */
import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonReadOptions,
  type JsonValue as LibraryJson,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { AnyValue } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { messageAt, type Place, type PlacedAny } from './json-place.ts';
import { jsonProblem } from './json-problem.ts';
import { jsonShapeOf } from './json-shape.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { parseTimestamp, TIMESTAMP_RULE } from './timestamp.ts';

/** Reads the Any that `json` represents, which has at most `maxBytes`. */
export type AnyReader = (json: JsonValue, path: string, maxBytes: number) => AnyValue;

export interface ReadOptions {
  /** Whether unknown fields are accepted, which a newer version of a type may have. If absent, they are refused. */
  readonly ignoreUnknownFields?: boolean;
}

/** Implements JsonCodec.read. */
export function readMessage<T extends DescMessage>(
  type: T,
  json: JsonValue,
  path: string,
  readAny: AnyReader,
  maxAnyBytes: number,
  options: JsonReadOptions,
): MessageShape<T> {
  const anys: PlacedAny[] = [];
  const readable = new Extraction(anys, readAny, maxAnyBytes).message(type, json, path, []);
  const message = fromLibrary(type, readable, path, options);
  for (const { place, any } of anys) {
    const placed = messageAt(message, place) as { typeUrl: string; value: Uint8Array };
    placed.typeUrl = any.typeUrl;
    placed.value = any.value;
  }
  return message;
}

function fromLibrary<T extends DescMessage>(
  type: T,
  json: JsonValue,
  path: string,
  options: JsonReadOptions,
): MessageShape<T> {
  try {
    return fromJson(type, json as LibraryJson, options);
  } catch {
    // The library's own message would quote the value.
    const { field, rule } = jsonProblem(type, json, path);
    throw new InvalidInput(field || 'data', rule);
  }
}

/** Reads the Anys of a message separately, and leaves an empty Any in the place of each for the library. */
class Extraction {
  readonly #found: PlacedAny[];
  readonly #readAny: AnyReader;
  readonly #maxAnyBytes: number;

  constructor(found: PlacedAny[], readAny: AnyReader, maxAnyBytes: number) {
    this.#found = found;
    this.#readAny = readAny;
    this.#maxAnyBytes = maxAnyBytes;
  }

  message(type: DescMessage, json: JsonValue, path: string, place: Place): JsonValue {
    const { kind, byKey } = jsonShapeOf(type);
    switch (kind) {
      case 'any':
        this.#found.push({ place, any: this.#readAny(json, path, this.#maxAnyBytes) });
        return {};
      case 'timestamp':
        if (typeof json === 'string' && !parseTimestamp(json)) throw new InvalidInput(path, TIMESTAMP_RULE);
        return json;
    }
    if (byKey.size === 0 || !isJsonObject(json)) return json;
    let copy: JsonObject | undefined;
    for (const key in json) {
      const special = byKey.get(key);
      const value = json[key] as JsonValue;
      if (!special || special.kind === 'float' || value === null) continue;
      const read = this.#field(special.field, value, path ? `${path}.${key}` : key, place);
      if (read !== value) {
        copy ??= { ...json };
        copy[key] = read;
      }
    }
    return copy ?? json;
  }

  #field(field: DescField, json: JsonValue, path: string, place: Place): JsonValue {
    const type = field.message as DescMessage;
    if (field.fieldKind === 'list') {
      if (!Array.isArray(json)) return json;
      return json.map((item, index) =>
        item === null
          ? item
          : this.message(type, item, `${path}[${index}]`, [...place, { field, item: index }]),
      );
    }
    if (field.fieldKind === 'map') {
      if (!isJsonObject(json)) return json;
      return mapValues(json, (value, key) =>
        value === null
          ? value
          : this.message(type, value, `${path}.${key}`, [...place, { field, item: key }]),
      );
    }
    return this.message(type, json, path, [...place, { field }]);
  }
}

/** Keeps `__proto__` as an ordinary key. */
function mapValues(json: JsonObject, change: (value: JsonValue, key: string) => JsonValue): JsonObject {
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, change(value as JsonValue, key)]),
  );
}
