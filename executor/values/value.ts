/**
 * The values of the workflow language.
 *
 * Invariant: a value never changes after it was made. Assignment copies by value in Workflows ("Variables"), and
 * immutability is how that holds here without copying: a nested assignment rebuilds the containers on its path.
 *
 * - integer: bigint, always within 64 bits (see integer.ts); double: number. The two never mix silently.
 * - map: a Map, so that keys such as `__proto__` or `constructor` are plain data.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | FunctionReference;

/** A map of the workflow language. */
export type ValueMap = ReadonlyMap<string, Value>;
export type ValueList = readonly Value[];

/** A function named without being called, as retry predicates are: `${http.default_retry_predicate}`. */
export class FunctionReference {
  /** As the expression names it. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export type TypeName =
  | 'null'
  | 'boolean'
  | 'integer'
  | 'double'
  | 'string'
  | 'bytes'
  | 'list'
  | 'map'
  | 'function';

/** The type as `get_type` names it. */
export function typeName(value: Value): TypeName {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'bigint':
      return 'integer';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
  }
  if (value === null) return 'null';
  if (isList(value)) return 'list';
  if (isMap(value)) return 'map';
  return isBytes(value) ? 'bytes' : 'function';
}

export function isMap(value: Value): value is ValueMap {
  return value instanceof Map;
}

export function isList(value: Value): value is ValueList {
  return Array.isArray(value);
}

export function isBytes(value: Value): value is Uint8Array {
  return value instanceof Uint8Array;
}

export function isNumeric(value: Value): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

/** `==`: integers and doubles compare by amount; other values of different types are unequal, never an error. */
export function equals(left: Value, right: Value): boolean {
  if (isNumeric(left) && isNumeric(right)) {
    // biome-ignore lint/suspicious/noDoubleEquals: bigint == number compares the exact amounts
    return left == right;
  }
  if (left === right) return true;
  if (left === null || right === null) return false;
  if (isList(left)) {
    return (
      isList(right) && left.length === right.length && left.every((item, i) => equals(item, right[i] ?? null))
    );
  }
  if (isMap(left)) {
    if (!isMap(right) || left.size !== right.size) return false;
    for (const [key, item] of left) {
      const other = right.get(key);
      if (other === undefined || !equals(item, other)) return false;
    }
    return true;
  }
  if (isBytes(left)) return isBytes(right) && Buffer.compare(left, right) === 0;
  if (left instanceof FunctionReference)
    return right instanceof FunctionReference && left.name === right.name;
  return false;
}
