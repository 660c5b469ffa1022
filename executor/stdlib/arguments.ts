import { type Raised, typeError } from '../errors/raised.ts';
import {
  isBytes,
  isList,
  isMap,
  isNumeric,
  typeName,
  type Value,
  type ValueList,
  type ValueMap,
} from '../values/value.ts';

/** Readers of one argument of a library function. Each raises a TypeError that names the argument. */
function wrong(name: string, expected: string, value: Value): Raised {
  return typeError(`argument '${name}' must be ${expected}; got: ${typeName(value)}`);
}

export function textArgument(name: string, value: Value | undefined): string {
  if (typeof value === 'string') return value;
  throw wrong(name, 'a string', value ?? null);
}

export function optionalText(name: string, value: Value | undefined): string | undefined {
  return value === null || value === undefined ? undefined : textArgument(name, value);
}

export function integerArgument(name: string, value: Value | undefined): bigint {
  if (typeof value === 'bigint') return value;
  throw wrong(name, 'an integer', value ?? null);
}

export function numberArgument(name: string, value: Value | undefined): bigint | number {
  if (value !== undefined && isNumeric(value)) return value;
  throw wrong(name, 'a number', value ?? null);
}

export function booleanArgument(name: string, value: Value | undefined): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(name, 'a boolean', value ?? null);
}

export function mapArgument(name: string, value: Value | undefined): ValueMap {
  if (value !== undefined && isMap(value)) return value;
  throw wrong(name, 'a map', value ?? null);
}

export function listArgument(name: string, value: Value | undefined): ValueList {
  if (value !== undefined && isList(value)) return value;
  throw wrong(name, 'a list', value ?? null);
}

export function bytesArgument(name: string, value: Value | undefined): Uint8Array {
  if (value !== undefined && isBytes(value)) return value;
  throw wrong(name, 'bytes', value ?? null);
}
