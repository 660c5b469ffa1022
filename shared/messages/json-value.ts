import { InvalidInput } from '../orchestrator/failure.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Protocol Buffers' own default for nested messages; deeper input could exhaust the stack of what reads it. */
const MAX_DEPTH = 100;

/** Reads JSON text in UTF-8. `field` names it in the error. */
export function parseJson(bytes: Uint8Array, field: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message would quote the payload.
    throw new InvalidInput(field, 'must be JSON in UTF-8');
  }
  if (isDeeperThan(value, MAX_DEPTH))
    throw new InvalidInput(field, `must not nest deeper than ${MAX_DEPTH} levels`);
  return value;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDeeperThan(value: JsonValue, limit: number): boolean {
  let level: JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
