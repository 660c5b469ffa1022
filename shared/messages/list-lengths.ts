import type { DescMessage } from '@bufbuild/protobuf';
import { WireType } from '@bufbuild/protobuf/wire';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { fieldsOf } from './binary-fields.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { MAX_CHILDREN, MAX_DETAILS, requireAtMost } from './limits.ts';
import { lifecycleEventType } from './registry.ts';

interface Limit {
  /** The fields from the event to the list. Each may have its JSON name or its name in the .proto file. */
  readonly path: readonly (readonly string[])[];
  readonly most: number;
  readonly unit: string;
}

const LIMITS: readonly Limit[] = [
  { path: [['failed'], ['error'], ['details']], most: MAX_DETAILS, unit: 'entries' },
  { path: [['attemptFailed', 'attempt_failed'], ['error'], ['details']], most: MAX_DETAILS, unit: 'entries' },
  { path: [['waiting'], ['spawn']], most: MAX_CHILDREN, unit: 'children' },
  {
    path: [['waiting'], ['externalOperations', 'external_operations']],
    most: MAX_CHILDREN,
    unit: 'children',
  },
];

/**
 * Checks the lists of messages in an event before they are read: millions of messages block the process for seconds.
 *
 * @throws InvalidInput
 */
export function requireShortLists(event: JsonValue): void {
  for (const { path, most, unit } of LIMITS) {
    const list = valueAt(event, path);
    if (Array.isArray(list) && list.length > most) {
      requireAtMost(path.map(([name]) => name).join('.'), list.length, most, unit);
    }
  }
}

/**
 * The same for an event in binary, which is not read to its end once it has too many fields.
 *
 * @throws InvalidInput, or an error for bytes that are no message
 */
export function requireShortBinaryLists(event: Uint8Array): void {
  for (const { path, most, unit } of LIMITS) {
    const names = path.map(([name = '']) => name);
    let length = 0;
    countAt(lifecycleEventType, event, names, () => {
      length++;
      if (length > most)
        throw new InvalidInput(names.join('.'), `must be at most ${most} ${unit}, and is more`);
    });
  }
}

/** A list may be in several parts, and so may each message that contains it: a decoder joins them. */
function countAt(
  type: DescMessage,
  message: Uint8Array,
  [name = '', ...rest]: readonly string[],
  count: () => void,
): void {
  const list = type.field[name];
  for (const { number, wireType, reader } of fieldsOf(message)) {
    if (number !== list?.number || wireType !== WireType.LengthDelimited) reader.skip(wireType, number);
    else if (rest.length > 0 && list.message) countAt(list.message, reader.bytes(), rest, count);
    else {
      reader.skip(wireType, number);
      count();
    }
  }
}

function valueAt(json: JsonValue, path: Limit['path']): JsonValue | undefined {
  let value: JsonValue | undefined = json;
  for (const names of path) {
    if (!isJsonObject(value)) return undefined;
    value = value[names.find((name) => name in (value as JsonObject)) ?? ''];
  }
  return value;
}
