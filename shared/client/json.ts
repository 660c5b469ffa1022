import type { Code } from './code.ts';
import { OperationError } from './operation-error.ts';

/** A JSON object. A field whose value is undefined counts as absent. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** proto3 JSON readers accept 100 levels, and the surrounding Anys and Structs use some of them. */
const MAX_DEPTH = 90;
/** The number of characters of a path that an error names. */
const MAX_PATH = 80;

/** @throws OperationError with `code` and the path of a value that JSON cannot hold */
export function requireJsonObject(value: unknown, what: string, code: Code): asserts value is JsonObject {
  if (typeof value !== 'object' || value === null || !isPlain(value)) {
    throw new OperationError(code, `${what}: must be a JSON object, and is ${kindOf(value)}`);
  }
  requireJson(value, what, code);
}

/** @throws OperationError with `code` and the path of a value that JSON cannot hold */
export function requireJson(value: unknown, path: string, code: Code, depth = 0): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return;
    case 'number':
      if (Number.isFinite(value)) return;
      break;
    case 'object':
      if (value === null) return;
      if (depth > MAX_DEPTH)
        throw new OperationError(
          code,
          `${path.slice(0, MAX_PATH)}…: is nested deeper than ${MAX_DEPTH} levels, or contains itself`,
        );
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) {
          requireJson(value[index], `${path}[${index}]`, code, depth + 1);
        }
        return;
      }
      if (!isPlain(value)) break;
      for (const key of Object.keys(value)) {
        requireJson((value as JsonObject)[key], `${path}.${key}`, code, depth + 1);
      }
      return;
  }
  throw new OperationError(code, `${path}: must be JSON, and is ${kindOf(value)}`);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  // The prototype of a plain object is the Object.prototype of this realm or of another one: it has no prototype itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Promise) return 'a Promise: await it';
  if (typeof value === 'object')
    return Array.isArray(value) ? 'an array' : `a ${value.constructor?.name || 'object'}`;
  return typeof value === 'number' ? String(value) : `a ${typeof value}`;
}
