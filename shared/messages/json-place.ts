/** Finds the Anys of a message, in the message and in its JSON. */
import type { DescField, Message } from '@bufbuild/protobuf';
import type { AnyValue } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { JsonObject, JsonValue } from './json-value.ts';

/** The path from a message to one of its Anys. `item` is the index or key in a repeated or map field. */
export type Place = readonly { readonly field: DescField; readonly item?: string | number }[];

export interface PlacedAny {
  readonly place: Place;
  readonly any: AnyValue;
}

export type Fields = Record<string, unknown>;

export function fieldValue(message: Fields, field: DescField): unknown {
  // The defaults of proto2 are on the prototype.
  if (!field.oneof) return Object.hasOwn(message, field.localName) ? message[field.localName] : undefined;
  const { case: given, value } = message[field.oneof.localName] as { case?: string; value?: unknown };
  return given === field.localName ? value : undefined;
}

export function messageAt(root: Message, place: Place): object {
  let value: unknown = root;
  for (const { field, item } of place) {
    value = fieldValue(value as Fields, field);
    if (item !== undefined) value = (value as Fields)[item];
  }
  if (typeof value !== 'object' || value === null) {
    throw new InvalidInput(
      place.map(({ field }) => field.jsonName).join('.'),
      'must have keys in canonical form, without extra zeros or signs',
    );
  }
  return value;
}

export function jsonAt(root: JsonValue, place: Place): JsonValue | undefined {
  let json: JsonValue | undefined = root;
  for (const { field, item } of place) {
    json = (json as JsonObject)[field.jsonName];
    if (item !== undefined) json = (json as JsonObject)[item];
  }
  return json;
}
