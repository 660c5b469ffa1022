import { indexError, keyError, typeError, zeroDivisionError } from '../errors/raised.ts';
import { doubleText, floorDivide, integer, remainder, remainderOfDoubles } from '../values/integer.ts';
import { encodeJson } from '../values/json-encoder.ts';
import { checkLength } from '../values/size.ts';
import { equals, isList, isMap, isNumeric, typeName, type Value } from '../values/value.ts';
import type { BinaryOperator } from './syntax.ts';

/** The operators of two values that evaluate both sides ("Expressions", "Data types"). */
export const OPERATORS: {
  readonly [operator in Exclude<BinaryOperator, 'and' | 'or'>]: (left: Value, right: Value) => Value;
} = {
  '+': add,
  '-': (left, right) =>
    arithmetic(
      '-',
      left,
      right,
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  '*': (left, right) =>
    arithmetic(
      '*',
      left,
      right,
      (a, b) => a * b,
      (a, b) => a * b,
    ),
  '/': divide,
  '//': (left, right) => arithmetic('//', left, right, floorDivide, floorDivideDoubles),
  '%': (left, right) => arithmetic('%', left, right, remainder, remainderOfDoubles),
  '<': (left, right) => compare('<', left, right) < 0,
  '<=': (left, right) => compare('<=', left, right) <= 0,
  '>': (left, right) => compare('>', left, right) > 0,
  '>=': (left, right) => compare('>=', left, right) >= 0,
  '==': equals,
  '!=': (left, right) => !equals(left, right),
  in: contains,
};

/** Text joins with numbers and booleans ("Data types, implicit conversions"); null and containers do not. */
function add(left: Value, right: Value): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return integer(left + right);
  if (typeof left === 'string' || typeof right === 'string') {
    const start = joinable(left);
    const end = joinable(right);
    if (start === undefined || end === undefined) throw unsupported('+', left, right);
    checkLength(start.length + end.length);
    return start + end;
  }
  return arithmetic(
    '+',
    left,
    right,
    (a, b) => a + b,
    (a, b) => a + b,
  );
}

function joinable(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return isNumeric(value) || typeof value === 'boolean' ? scalarText(value) : undefined;
}

/** The text of a number or boolean, as `string()` and `+` give it. */
export function scalarText(value: bigint | number | boolean): string {
  return typeof value === 'number' ? doubleText(value) : String(value);
}

function arithmetic(
  operator: string,
  left: Value,
  right: Value,
  integers: (left: bigint, right: bigint) => bigint,
  doubles: (left: number, right: number) => number,
): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return integer(integers(left, right));
  if (!isNumeric(left) || !isNumeric(right)) throw unsupported(operator, left, right);
  return doubles(Number(left), Number(right));
}

function divide(left: Value, right: Value): Value {
  if (!isNumeric(left) || !isNumeric(right)) throw unsupported('/', left, right);
  if (Number(right) === 0) throw zeroDivisionError();
  return Number(left) / Number(right);
}

function floorDivideDoubles(left: number, right: number): number {
  if (right === 0) throw zeroDivisionError();
  return Math.floor(left / right);
}

/** Numbers by amount, strings by code point; other comparisons are a TypeError. Nothing is in order with NaN. */
function compare(operator: string, left: Value, right: Value): number {
  if (isNumeric(left) && isNumeric(right))
    return left < right ? -1 : left > right ? 1 : left >= right ? 0 : Number.NaN;
  if (typeof left === 'string' && typeof right === 'string') {
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  throw unsupported(operator, left, right);
}

function contains(item: Value, container: Value): boolean {
  if (isList(container)) return container.some((other) => equals(item, other));
  if (isMap(container)) return typeof item === 'string' && container.has(item);
  throw typeError(`The argument of 'in' must be a dict or an array; got: ${describe(container)}`);
}

export function negate(value: Value): Value {
  if (typeof value === 'bigint') return integer(-value);
  if (typeof value === 'number') return -value;
  throw typeError(`unsupported operand type for unary -: ${typeName(value)}`);
}

export function not(value: Value): boolean {
  return !truth('not', value);
}

/** @throws TypeError: `and`, `or` and `not` take booleans only ("Data types, logical operators") */
export function truth(operator: string, value: Value): boolean {
  if (typeof value !== 'boolean')
    throw typeError(`operand of '${operator}' must be a boolean; got: ${typeName(value)}`);
  return value;
}

/** `object[key]` and `object.key`. @throws KeyError, IndexError, TypeError */
export function access(object: Value, key: Value): Value {
  if (isMap(object)) {
    if (typeof key !== 'string') throw typeError(`map key must be a string; got: ${typeName(key)}`);
    const value = object.get(key);
    if (value === undefined) throw keyError(key);
    return value;
  }
  if (isList(object)) return object[listIndex(object, key)] as Value;
  throw typeError(
    `cannot access key ${JSON.stringify(describe(key))} of a value of type ${typeName(object)}`,
  );
}

/** A position within a list. Negative ones are out of range; Google's pages do not say. */
export function listIndex(list: readonly Value[], key: Value): number {
  if (typeof key !== 'bigint') throw typeError(`list index must be an integer; got: ${typeName(key)}`);
  if (key < 0n || key >= BigInt(list.length)) {
    throw indexError(`IndexError: index out of range: ${key}, list has ${list.length} elements`);
  }
  return Number(key);
}

function describe(value: Value): string {
  return value === null || typeof value !== 'object' ? String(value) : shorten(encodeSafely(value));
}

function encodeSafely(value: Value): string {
  try {
    return encodeJson(value);
  } catch {
    return typeName(value);
  }
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function unsupported(operator: string, left: Value, right: Value) {
  return typeError(`unsupported operand types for ${operator}: ${typeName(left)} and ${typeName(right)}`);
}
