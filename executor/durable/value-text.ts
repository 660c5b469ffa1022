import { decodeJson } from '../values/json-decoder.ts';
import { encodeJson } from '../values/json-encoder.ts';
import { isBytes, isList, isMap, type Value } from '../values/value.ts';

/** The key of a map that represents bytes. No map of a workflow has this key, because it contains a lone surrogate. */
const BYTES = '\u0000bytes';

/** Converts a value, including bytes, to JSON text. Integers and doubles stay different types. */
export function valueText(value: Value): string {
  return encodeJson(withoutBytes(value));
}

export function valueOfText(text: string): Value {
  return withBytes(decodeJson(text));
}

function withoutBytes(value: Value): Value {
  if (value === null || typeof value !== 'object') return value;
  if (isBytes(value)) return new Map([[BYTES, Buffer.from(value).toString('base64')]]);
  if (isList(value)) return value.map(withoutBytes);
  if (isMap(value)) return new Map([...value].map(([key, item]) => [key, withoutBytes(item)]));
  return value;
}

function withBytes(value: Value): Value {
  if (isList(value)) return value.map(withBytes);
  if (!isMap(value)) return value;
  const bytes = value.get(BYTES);
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64');
  return new Map([...value].map(([key, item]) => [key, withBytes(item)]));
}
