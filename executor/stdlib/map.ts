import { typeError } from '../errors/raised.ts';
import { isList, isMap, typeName, type Value, type ValueMap } from '../values/value.ts';
import { mapArgument, textArgument } from './arguments.ts';
import { type LibraryFunction, pure } from './function.ts';

/** The module `map`: all return copies. */
export const mapFunctions: readonly LibraryFunction[] = [
  pure('map.get', ['map', 'keys'], ([map = null, keys = null]) => get(map, keys)),
  pure('map.delete', ['map', 'key'], ([map, key]) => {
    const copy = new Map(mapArgument('map', map));
    copy.delete(textArgument('key', key));
    return copy;
  }),
  pure('map.merge', ['first', 'second'], ([first, second]) => {
    return new Map([...mapArgument('first', first), ...mapArgument('second', second)]);
  }),
  pure('map.merge_nested', ['first', 'second'], ([first, second]) => {
    return mergeNested(mapArgument('first', first), mapArgument('second', second));
  }),
];

/** Null where a key is absent, or where what should have it is no map ("Function: map.get"). */
function get(map: Value, keys: Value): Value {
  let value = map;
  for (const key of isList(keys) ? keys : [keys]) {
    if (typeof key !== 'string')
      throw typeError(`argument 'keys' must be a string or a list of strings; got: ${typeName(key)}`);
    value = (isMap(value) ? value.get(key) : undefined) ?? null;
  }
  return value;
}

function mergeNested(first: ValueMap, second: ValueMap): ValueMap {
  const merged = new Map(first);
  for (const [key, value] of second) {
    const existing = merged.get(key) ?? null;
    merged.set(key, isMap(existing) && isMap(value) ? mergeNested(existing, value) : value);
  }
  return merged;
}
