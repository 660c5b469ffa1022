/**
 * Writes messages as proto3 JSON with @bufbuild/protobuf, which passes Google's conformance suite.
 *
 * This file adds two things that the library does not do: an Any keeps a type that the deployment does not know, and a
 * float is written with its shortest digits.
 */
import { create, type DescMessage, type JsonWriteOptions, type Message, toJson } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { AnyValue } from '../lifecycle/result.ts';
import { type Fields, fieldValue, jsonAt, type Place, type PlacedAny } from './json-place.ts';
import { jsonShapeOf, type SpecialField } from './json-shape.ts';
import type { JsonObject, JsonValue } from './json-value.ts';

export type AnyWriter = (any: AnyValue) => JsonObject;

/** Implements JsonCodec.write. */
export function writeMessage(
  type: DescMessage,
  message: Message,
  writeAny: AnyWriter,
  options: Partial<JsonWriteOptions>,
): JsonValue {
  const { kind } = jsonShapeOf(type);
  if (kind === 'any') {
    return writeAny(message as unknown as AnyValue);
  }
  const anys: PlacedAny[] = [];
  if (kind === 'float') roundFloats(message as unknown as Fields, 'value');
  else prepare(type, message as unknown as Fields, [], anys);
  const json = toJson(type, message, options) as JsonValue;
  for (const { place, any } of anys) {
    Object.assign(jsonAt(json, place) as JsonObject, writeAny(any));
  }
  return json;
}

/** Takes out the Anys, whose types the library may not know, and rounds the floats. */
function prepare(type: DescMessage, message: Fields, place: Place, anys: PlacedAny[]): void {
  for (const special of jsonShapeOf(type).fields) {
    const { field } = special;
    const value = fieldValue(message, field);
    if (value === undefined || value === null || special.kind === 'timestamp') continue;
    if (field.fieldKind === 'list' || field.fieldKind === 'map') {
      const items = value as Fields;
      for (const key of Object.keys(items)) {
        const item = field.fieldKind === 'list' ? Number(key) : key;
        prepareValue(special, items, key, [...place, { field, item }], anys);
      }
    } else if (field.oneof) {
      prepareValue(special, message[field.oneof.localName] as Fields, 'value', [...place, { field }], anys);
    } else {
      prepareValue(special, message, field.localName, [...place, { field }], anys);
    }
  }
}

function prepareValue(
  { field, kind }: SpecialField,
  holder: Fields,
  key: string,
  place: Place,
  anys: PlacedAny[],
): void {
  const value = holder[key];
  if (kind === 'float') {
    if (typeof value === 'number') roundFloats(holder, key);
    else roundFloats(value as Fields, 'value');
  } else if (kind === 'any') {
    const { typeUrl, value: bytes } = value as AnyValue;
    anys.push({ place, any: { typeUrl, value: bytes } });
    holder[key] = create(AnySchema);
  } else {
    prepare(field.message as DescMessage, value as Fields, place, anys);
  }
}

/** A double with the shortest digits that stand for the same float: 0.1, not 0.10000000149011612. */
function roundFloats(holder: Fields, key: string): void {
  const float = holder[key] as number;
  if (!Number.isFinite(float) || float === 0) return;
  for (let digits = 1; digits <= 9; digits++) {
    const rounded = Number(float.toPrecision(digits));
    if (Math.fround(rounded) === Math.fround(float)) {
      holder[key] = rounded;
      return;
    }
  }
}
