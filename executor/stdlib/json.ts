import { Raised, valueError } from '../errors/raised.ts';
import { decodeJson, JsonSyntaxError } from '../values/json-decoder.ts';
import { encodeJson, type Indentation } from '../values/json-encoder.ts';
import { checkMemory, sizeOf } from '../values/size.ts';
import { isBytes, isMap, type Value } from '../values/value.ts';
import { booleanArgument, optionalText, textArgument } from './arguments.ts';
import { decodeText } from './charset.ts';
import { type LibraryFunction, pure } from './function.ts';

/** The module `json`. */
export const jsonFunctions: readonly LibraryFunction[] = [
  pure('json.decode', ['data'], ([data = null]) => decode(data)),
  pure('json.encode', ['data', 'indent?'], ([data = null, indent = null]) =>
    Buffer.from(encode(data, indent)),
  ),
  pure('json.encode_to_string', ['data', 'indent?'], ([data = null, indent = null]) => encode(data, indent)),
];

function decode(data: Value): Value {
  const text = isBytes(data) ? decodeText(data) : textArgument('data', data);
  try {
    return decodeJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw valueError(`invalid JSON: ${error.message}`);
  }
}

/** @throws ValueError for what JSON can't carry ("Function: json.encode") */
function encode(data: Value, indent: Value): string {
  // In an expression a value may contain one variable many times.
  checkMemory(sizeOf(data));
  try {
    return encodeJson(data, indentation(indent));
  } catch (error) {
    if (error instanceof Raised && isMap(error.value)) throw valueError(String(error.value.get('message')));
    throw error;
  }
}

/** A boolean, or a map with `prefix` (default none) and `indent` (default four spaces). */
function indentation(indent: Value): Indentation | undefined {
  if (indent === null) return undefined;
  if (!isMap(indent)) return booleanArgument('indent', indent) ? { prefix: '', indent: '    ' } : undefined;
  return {
    prefix: optionalText('prefix', indent.get('prefix')) ?? '',
    indent: optionalText('indent', indent.get('indent')) ?? '    ',
  };
}
