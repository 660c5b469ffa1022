import { typeError } from '../errors/raised.ts';
import { doubleText } from './integer.ts';
import { isList, isMap, typeName, type Value } from './value.ts';

/** Puts each element on a line of its own: `prefix`, then `indent` once a level. */
export interface Indentation {
  readonly prefix: string;
  readonly indent: string;
}

/**
 * JSON text of a value. Integers keep all their digits.
 *
 * @throws TypeError (raised) for bytes, functions, NaN and infinities, which JSON can't carry ("Data types")
 */
export function encodeJson(value: Value, indentation?: Indentation): string {
  if (indentation === undefined) return write(value, '', '', ':');
  return write(value, `\n${indentation.prefix}`, indentation.indent, ': ');
}

function write(value: Value, line: string, indent: string, colon: string): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return value.toString();
    case 'number':
      if (!Number.isFinite(value)) throw typeError(`cannot encode ${value} as JSON`);
      return doubleText(value);
  }
  if (value === null) return 'null';
  const inner = line + indent;
  if (isList(value)) {
    if (value.length === 0) return '[]';
    return `[${value.map((item) => inner + write(item, inner, indent, colon)).join(',')}${line}]`;
  }
  if (isMap(value)) {
    if (value.size === 0) return '{}';
    const entries: string[] = [];
    for (const [key, item] of value) {
      entries.push(inner + JSON.stringify(key) + colon + write(item, inner, indent, colon));
    }
    return `{${entries.join(',')}${line}}`;
  }
  throw typeError(`cannot encode a value of type ${typeName(value)} as JSON`);
}
