import { listArgument } from './arguments.ts';
import { type LibraryFunction, pure } from './function.ts';

/** The module `list`: a copy with one more element, even when the element is a list itself. */
export const listFunctions: readonly LibraryFunction[] = [
  pure('list.concat', ['objs', 'val'], ([list, value = null]) => [...listArgument('objs', list), value]),
  pure('list.prepend', ['objs', 'val'], ([list, value = null]) => [value, ...listArgument('objs', list)]),
];
