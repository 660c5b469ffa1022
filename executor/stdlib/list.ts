import { derive } from '../values/size.ts';
import { listArgument } from './arguments.ts';
import { type LibraryFunction, pure } from './function.ts';

/** The module `list`: a copy with one more element, even when the element is a list itself. */
export const listFunctions: readonly LibraryFunction[] = [
  pure('list.concat', ['objs', 'val'], ([objs, value = null]) => {
    const list = listArgument('objs', objs);
    return derive([...list, value], list, value);
  }),
  pure('list.prepend', ['objs', 'val'], ([objs, value = null]) => {
    const list = listArgument('objs', objs);
    return derive([value, ...list], list, value);
  }),
];
