import { decodeJson } from '../values/json-decoder.ts';
import { encodeJson } from '../values/json-encoder.ts';
import { isBytes, isList, isMap, type Value } from '../values/value.ts';

/** What the keys of maps begin with that represent other values. A key of a workflow that begins with it gets it once more. */
const MARK = '\u0000';
const BYTES = `${MARK}bytes`;
const DOUBLE = `${MARK}double`;

/** Converts a value, also bytes and doubles that JSON does not have, to JSON text. Integers and doubles stay different types. */
export function valueText(value: Value): string {
  return encodeJson(represented(value));
}

export function valueOfText(text: string): Value {
  return original(decodeJson(text));
}

function represented(value: Value): Value {
  if (typeof value === 'number' && !Number.isFinite(value)) return new Map([[DOUBLE, String(value)]]);
  if (value === null || typeof value !== 'object') return value;
  if (isBytes(value)) return new Map([[BYTES, Buffer.from(value).toString('base64')]]);
  if (isList(value)) return value.map(represented);
  if (!isMap(value)) return value;
  const entry = ([key, item]: readonly [string, Value]) =>
    [key.startsWith(MARK) ? MARK + key : key, represented(item)] as const;
  return new Map([...value].map(entry));
}

function original(value: Value): Value {
  if (isList(value)) return value.map(original);
  if (!isMap(value)) return value;
  const bytes = value.get(BYTES);
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64');
  const double = value.get(DOUBLE);
  if (typeof double === 'string') return Number(double);
  const entry = ([key, item]: readonly [string, Value]) =>
    [key.startsWith(MARK) ? key.slice(MARK.length) : key, original(item)] as const;
  return new Map([...value].map(entry));
}
