import type { DescMessage } from '@bufbuild/protobuf';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { JsonObject, JsonValue } from './json-value.ts';

/** These types hold any JSON, and take about 2 µs to read for each value. */
const ANY_JSON: ReadonlySet<string> = new Set([
  'google.protobuf.Struct',
  'google.protobuf.ListValue',
  'google.protobuf.Value',
]);
/** In binary: the tag and the length of its Value, and in the Value a tag and at least one byte. */
const LEAST_OF_VALUE = 4;
/** In JSON: one character and a comma. */
const LEAST_OF_ITEM = 2;

/**
 * Refuses the JSON of a payload that is too large whatever its values are, because of their number. Without it, a body of millions of
 * values would block the process for seconds until it can be measured.
 *
 * @throws InvalidInput
 */
export function requireFewValues(type: DescMessage, any: JsonObject, path: string, maxBytes: number): void {
  const holdsAnyJson = ANY_JSON.has(type.typeName);
  const most = maxBytes / (holdsAnyJson ? LEAST_OF_VALUE : LEAST_OF_ITEM);
  if (valuesOf(holdsAnyJson ? any.value : any, holdsAnyJson, most) > most) {
    throw new InvalidInput(path, `must be at most ${maxBytes} bytes, and is more`);
  }
}

/**
 * The number of items of all lists, and with `withMembers` of members of all objects: those of other types may have a default value, which no
 * form contains. It stops counting soon after `most`.
 */
function valuesOf(json: JsonValue | undefined, withMembers: boolean, most: number): number {
  if (typeof json !== 'object' || json === null) return 0;
  let count = 0;
  if (Array.isArray(json)) {
    count = json.length;
    for (let index = 0; index < json.length && count <= most; index++) {
      count += valuesOf(json[index], withMembers, most - count);
    }
    return count;
  }
  // Without an array of the members, which each payload would make.
  for (const key in json) {
    if (withMembers) count++;
    if (count > most) break;
    count += valuesOf(json[key], withMembers, most - count);
  }
  return count;
}
