/** Reads JSON text within limits: text that is nested too deeply is refused before it is parsed. */
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { hasTooManyKeys, MAX_DIFFERENT_KEYS } from './json-keys.ts';
import { isWellFormed, requireWellFormed } from './text.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
/** A field with the value undefined counts as absent, as for JSON.stringify. Parsed text has no such field. */
export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The default limit of Protocol Buffers for nested messages. Deeper input could exhaust the stack of a reader. */
export const MAX_JSON_DEPTH = 100;

/**
 * Reads JSON text in UTF-8. It allows at most 100 levels of objects and arrays, 100,000 different keys, well-formed Unicode only,
 * finite numbers only, and each key of an object once.
 *
 * @param field names the text in the error
 * @throws InvalidInput
 */
export function parseJson(bytes: Uint8Array, field: string): JsonValue {
  const { depth, members, hasUnusual } = surveyJson(bytes);
  if (depth > MAX_JSON_DEPTH) {
    throw new InvalidInput(field, `must not nest deeper than ${MAX_JSON_DEPTH} levels`);
  }
  if (members > MAX_DIFFERENT_KEYS && hasTooManyKeys(bytes)) {
    throw new InvalidInput(field, `must have at most ${MAX_DIFFERENT_KEYS} different keys`);
  }
  let value: JsonValue;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    // The parser's own message would quote the payload.
    throw new InvalidInput(field, 'must be JSON in UTF-8');
  }
  // Of members with the same key, JSON.parse keeps the last and reports nothing.
  if (membersOf(value) !== members) throw new InvalidInput(field, 'must not repeat a key in an object');
  if (hasUnusual) requireUsual(value, '', field);
  return value;
}

/** Parses the text and checks only its depth and the number of its keys, not the other rules. Returns undefined if it is not JSON. */
export function readJsonLeniently(bytes: Uint8Array): JsonValue | undefined {
  const { depth, members } = surveyJson(bytes);
  if (depth > MAX_JSON_DEPTH || (members > MAX_DIFFERENT_KEYS && hasTooManyKeys(bytes))) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MAX_PLAIN_DIGITS = 300;

interface Survey {
  /** The greatest depth of the text, or one more than the limit if it is deeper. */
  readonly depth: number;
  /** The number of members of all objects together: each has one colon. */
  readonly members: number;
  /**
   * Whether the text may hold a lone surrogate or a number beyond the range of a double. Both need unusual characters.
   */
  readonly hasUnusual: boolean;
}

/** Scans the bytes once, without recursion. The result is meaningless for text that is not JSON. */
function surveyJson(bytes: Uint8Array): Survey {
  let depth = 0;
  let greatest = 0;
  let digits = 0;
  let members = 0;
  let hasUnusual = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      digits = 0;
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) {
        if (bytes[at] !== BACKSLASH) continue;
        at++;
        // \uD800 to \uDFFF: one half of a surrogate pair, perhaps without the other half.
        if (bytes[at] === 0x75 && ((bytes[at + 1] as number) | 0x20) === 0x64) hasUnusual = true;
      }
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > greatest) greatest = depth;
      if (depth > MAX_JSON_DEPTH) break;
      digits = 0;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
      digits = 0;
    } else if (byte === COLON) {
      members++;
    } else if (byte >= 0x30 && byte <= 0x39) {
      if (++digits > MAX_PLAIN_DIGITS) hasUnusual = true;
    } else {
      // An exponent: `e` or `E` after a digit.
      if (digits > 0 && (byte | 0x20) === 0x65) hasUnusual = true;
      digits = 0;
    }
  }
  return { depth: greatest, members, hasUnusual };
}

function membersOf(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += membersOf(item);
  } else {
    for (const key in value) members += 1 + membersOf(value[key] as JsonValue);
  }
  return members;
}

function requireUsual(value: JsonValue, path: string, field: string): void {
  if (typeof value === 'string') {
    requireWellFormed(path || field, value);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new InvalidInput(path || field, 'must be a number that a double holds');
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => {
      requireUsual(item, `${path}[${index}]`, field);
    });
  } else if (value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (!isWellFormed(key)) throw new InvalidInput(path || field, 'must have keys of well-formed Unicode');
      requireUsual(item, path ? `${path}.${key}` : key, field);
    }
  }
}
