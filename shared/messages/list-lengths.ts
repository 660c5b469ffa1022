import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { MAX_CHILDREN, MAX_DETAILS, requireAtMost } from './limits.ts';

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

function valueAt(json: JsonValue, path: Limit['path']): JsonValue | undefined {
  let value: JsonValue | undefined = json;
  for (const names of path) {
    if (!isJsonObject(value)) return undefined;
    value = value[names.find((name) => name in (value as JsonObject)) ?? ''];
  }
  return value;
}
