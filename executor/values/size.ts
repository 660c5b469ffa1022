import { Fatal } from '../errors/fatal.ts';
import { LIMITS } from '../limits.ts';
import { isBytes, isList, isMap, type Value, type ValueList, type ValueMap } from './value.ts';

interface Measure {
  readonly bytes: number;
  readonly depth: number;
}

/** Containers never change, so each is measured once. */
const measured = new WeakMap<object, Measure>();

/**
 * Memory of a value as "Variables" counts it, in bytes: 8 for a number, a boolean or null; text 8 plus its UTF-8;
 * a list 8 plus its elements; a map 8 plus its keys and values.
 *
 * @throws Fatal when a text in it is longer than the limit, or when it is nested too deeply
 */
export function sizeOf(value: Value): number {
  return measure(value).bytes;
}

const SCALAR: Measure = { bytes: 8, depth: 0 };

function measure(value: Value): Measure {
  if (typeof value === 'string') return { bytes: 8 + textBytes(value), depth: 0 };
  if (value === null || typeof value !== 'object') return SCALAR;
  if (isBytes(value)) return { bytes: 8 + value.byteLength, depth: 0 };
  const known = measured.get(value);
  if (known !== undefined) return known;
  let bytes = 8;
  let depth = 0;
  const add = (item: Value) => {
    const inner = measure(item);
    bytes += inner.bytes;
    depth = Math.max(depth, inner.depth);
  };
  if (isList(value)) {
    for (const item of value) add(item);
  } else if (isMap(value)) {
    for (const [key, item] of value) {
      bytes += 8 + textBytes(key);
      add(item);
    }
  }
  if (depth >= LIMITS.valueDepth)
    throw new Fatal(`a value is nested deeper than ${LIMITS.valueDepth} levels`);
  const result = { bytes, depth: depth + 1 };
  measured.set(value, result);
  return result;
}

/**
 * Notes the size of a container that is `old` with one element put in the place of another (undefined where there was
 * none), so that growing a list step by step does not measure all of it again.
 */
export function derive<C extends ValueList | ValueMap>(
  made: C,
  old: C,
  added: Value,
  removed?: Value,
  key = '',
): C {
  const before = measured.get(old);
  if (before === undefined) return made;
  const item = measure(added);
  const keyBytes = isMap(made) && removed === undefined ? 8 + textBytes(key) : 0;
  const bytes = before.bytes + keyBytes + item.bytes - (removed === undefined ? 0 : measure(removed).bytes);
  const depth = Math.max(before.depth, item.depth + 1);
  if (depth <= LIMITS.valueDepth) measured.set(made, { bytes, depth });
  return made;
}

function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.stringBytes) throw stringTooLong(bytes);
  return bytes;
}

/**
 * Refuses a text that an expression is about to make, so that no expression holds more than a few long texts.
 *
 * @param length in UTF-16 units, which are never more than the bytes of the text
 * @throws Fatal when the text is longer than the limit
 */
export function checkLength(length: number): void {
  if (length > LIMITS.stringBytes) throw stringTooLong(length);
}

/** Refuses a value that is larger than all variables together may be. @throws Fatal */
export function checkMemory(bytes: number): void {
  if (bytes <= LIMITS.variableBytes) return;
  throw new Fatal(`a value takes ${bytes} bytes; at most ${LIMITS.variableBytes} are allowed`);
}

function stringTooLong(bytes: number): Fatal {
  return new Fatal(`a string has ${bytes} bytes; at most ${LIMITS.stringBytes} are allowed`);
}
