import { decodeJson } from './json-decoder.ts';
import { isBytes, isList, isMap, type Value } from './value.ts';

/** The value that a plain JavaScript value stands for: a whole number is an integer. Undefined is null. */
export function toValue(plain: unknown): Value {
  return plain === undefined ? null : decodeJson(JSON.stringify(plain));
}

/** The plain JavaScript value of a value. Integers beyond 53 bits are rounded; a function is its name. */
export function fromValue(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(fromValue);
  if (isMap(value)) return Object.fromEntries([...value].map(([key, item]) => [key, fromValue(item)]));
  return isBytes(value) ? value : value.name;
}
