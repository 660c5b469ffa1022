import { typeError, valueError } from '../errors/raised.ts';
import { scalarText } from '../expression/operators.ts';
import { characterCount } from '../values/characters.ts';
import { integerFromText, truncate } from '../values/integer.ts';
import { isBytes, isList, isMap, isNumeric, typeName, type Value } from '../values/value.ts';
import { mapArgument } from './arguments.ts';
import { type LibraryFunction, pure } from './function.ts';

/** The functions of the page "Expression helpers". */
export const helperFunctions: readonly LibraryFunction[] = [
  pure('int', ['x'], ([value = null]) => toInteger(value)),
  pure('double', ['x'], ([value = null]) => toDouble(value)),
  pure('string', ['x'], ([value = null]) => toText(value)),
  pure('len', ['value'], ([value = null]) => BigInt(length(value))),
  pure('keys', ['map'], ([map]) => [...mapArgument('map', map).keys()]),
  pure('default', ['val', 'defaultVal'], ([value = null, fallback = null]) => value ?? fallback),
  pure('if', ['condition', 'ifTrue', 'ifFalse'], ([condition = null, yes = null, no = null]) => {
    if (condition === null || typeof condition === 'boolean') return condition ? yes : no;
    throw typeError(`the condition of if() must be a boolean; got: ${typeName(condition)}`);
  }),
  pure('get_type', ['value'], ([value = null]) => typeName(value)),
];

/** Text or a double, cut towards zero; text must be a whole number. */
function toInteger(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return truncate(value);
  if (typeof value !== 'string') throw typeError(`int() takes a string or a number; got: ${typeName(value)}`);
  const integer = integerFromText(value.trim());
  if (integer === undefined) throw valueError(`cannot convert '${value}' to an integer`);
  return integer;
}

const NUMBER_TEXT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function toDouble(value: Value): number {
  if (isNumeric(value)) return Number(value);
  if (typeof value !== 'string')
    throw typeError(`double() takes a string or a number; got: ${typeName(value)}`);
  if (!NUMBER_TEXT.test(value.trim())) throw valueError(`cannot convert '${value}' to a double`);
  return Number(value.trim());
}

function toText(value: Value): string {
  if (typeof value === 'string') return value;
  if (isNumeric(value) || typeof value === 'boolean') return scalarText(value);
  throw typeError(`string() takes a number, a boolean or a string; got: ${typeName(value)}`);
}

function length(value: Value): number {
  if (typeof value === 'string') return characterCount(value);
  if (isList(value)) return value.length;
  if (isMap(value)) return value.size;
  if (isBytes(value)) return value.byteLength;
  throw typeError(`len() takes a string, a list or a map; got: ${typeName(value)}`);
}
