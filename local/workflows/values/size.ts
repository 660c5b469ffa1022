import { Fatal } from '../errors/fatal.ts';
import { LIMITS } from '../limits.ts';
import { isBytes, isList, isMap, type Value } from './value.ts';

/** Containers never change, so each is measured once. */
const measured = new WeakMap<object, number>();

/**
 * Memory of a value as "Variables" counts it, in bytes: 8 for a number, a boolean or null; text 8 plus its UTF-8;
 * a list 8 plus its elements; a map 8 plus its keys and values.
 *
 * @throws Fatal when a text in it is longer than the limit
 */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return 8 + textBytes(value);
  if (value === null || typeof value !== 'object') return 8;
  if (isBytes(value)) return 8 + value.byteLength;
  const known = measured.get(value);
  if (known !== undefined) return known;
  let size = 8;
  if (isList(value)) {
    for (const item of value) size += sizeOf(item);
  } else if (isMap(value)) {
    for (const [key, item] of value) size += 8 + textBytes(key) + sizeOf(item);
  }
  measured.set(value, size);
  return size;
}

function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.stringBytes) {
    throw new Fatal(`a string has ${bytes} bytes; at most ${LIMITS.stringBytes} are allowed`);
  }
  return bytes;
}
