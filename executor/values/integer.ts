import { valueError, zeroDivisionError } from '../errors/raised.ts';

/**
 * 64-bit signed integers ("Data types"). What Google does on overflow and with the sign of `%` is not documented;
 * both choices live here only: overflow raises a ValueError, and `%` takes the sign of the divisor, so that
 * `a == b * (a // b) + a % b` holds with the floor division that is documented.
 */
export const MIN_INTEGER = -(2n ** 63n);
export const MAX_INTEGER = 2n ** 63n - 1n;

export function fitsInteger(value: bigint): boolean {
  return value >= MIN_INTEGER && value <= MAX_INTEGER;
}

/** @throws ValueError when the amount is outside 64 bits */
export function integer(value: bigint): bigint {
  if (!fitsInteger(value)) throw valueError(`integer overflow: ${value} does not fit 64 bits`);
  return value;
}

/** The integer part of a double. @throws ValueError for NaN, infinities and amounts outside 64 bits */
export function truncate(value: number): bigint {
  if (!Number.isFinite(value)) throw valueError(`cannot convert ${value} to an integer`);
  return integer(BigInt(Math.trunc(value)));
}

export function floorDivide(left: bigint, right: bigint): bigint {
  if (right === 0n) throw zeroDivisionError();
  const quotient = left / right;
  return integer(left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient);
}

export function remainder(left: bigint, right: bigint): bigint {
  if (right === 0n) throw zeroDivisionError();
  const rest = left % right;
  return rest !== 0n && rest < 0n !== right < 0n ? rest + right : rest;
}

export function remainderOfDoubles(left: number, right: number): number {
  if (right === 0) throw zeroDivisionError();
  const rest = left % right;
  return rest !== 0 && rest < 0 !== right < 0 ? rest + right : rest;
}

const INTEGER_TEXT = /^[+-]?\d{1,40}$/;

/** Reads decimal text; undefined when it is not a whole number of 64 bits. */
export function integerFromText(text: string): bigint | undefined {
  if (!INTEGER_TEXT.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return fitsInteger(value) ? value : undefined;
}

/** Text of a double: always recognisable as one, so that `1.0` stays a double through JSON. */
export function doubleText(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text;
}
