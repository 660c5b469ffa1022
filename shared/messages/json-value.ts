import { InvalidInput } from '../orchestrator/ports/failure.ts';

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

/** Goes no deeper than the limit itself, so that it cannot exhaust the stack either. */
function isDeeperThan(value: JsonValue, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  for (const key in value) {
    if (isDeeperThan((value as JsonObject)[key] ?? null, limit - 1)) return true;
  }
  return false;
}
