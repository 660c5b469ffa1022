import { nearest } from '../source/suggestion.ts';
import { libraryNames } from '../stdlib/library.ts';

/** Function names of other languages, each with the equivalent function of the standard library. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['append', 'list.concat'],
  ['concat', 'list.concat'],
  ['contains', 'in'],
  ['floor', 'math.floor'],
  ['get', 'map.get'],
  ['join', '+'],
  ['length', 'len'],
  ['lower', 'text.to_lower'],
  ['now', 'sys.now'],
  ['replace', 'text.replace_all'],
  ['size', 'len'],
  ['sleep', 'sys.sleep'],
  ['str', 'string'],
  ['to_string', 'string'],
  ['tolower', 'text.to_lower'],
  ['toupper', 'text.to_upper'],
  ['type', 'get_type'],
  ['upper', 'text.to_upper'],
]);

/**
 * The end of an error message about a name that can't be called: the nearest callable name, the same function of another
 * language, or, where there is neither, the functions of the same module.
 */
export function callableHint(name: string, routines: Iterable<string>): string {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const sameEnd = [...libraryNames()].find((known) => known.endsWith(`.${last}`));
  const foreign = FOREIGN.get(last.toLowerCase());
  const meant =
    (name.includes('.') ? sameEnd : undefined) ??
    nearest(name, [...routines, ...libraryNames()]) ??
    foreign ??
    sameEnd;
  if (meant !== undefined) return `: did you mean '${meant}'?`;
  const module = name.includes('.') ? name.slice(0, name.lastIndexOf('.') + 1) : undefined;
  const same = module ? [...libraryNames()].filter((known) => known.startsWith(module)) : [];
  return same.length === 0 ? '' : `: did you mean one of ${same.join(', ')}?`;
}
