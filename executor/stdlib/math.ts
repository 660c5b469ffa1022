import { integer, truncate } from '../values/integer.ts';
import { numberArgument } from './arguments.ts';
import { type LibraryFunction, pure } from './function.ts';

/** The module `math`. A result has the type of the argument it comes from; `floor` gives an integer. */
export const mathFunctions: readonly LibraryFunction[] = [
  pure('math.abs', ['x'], ([x]) => {
    const value = numberArgument('x', x);
    if (typeof value === 'number') return Math.abs(value);
    return value < 0n ? integer(-value) : value;
  }),
  pure('math.floor', ['x'], ([x]) => {
    const value = numberArgument('x', x);
    return typeof value === 'bigint' ? value : truncate(Math.floor(value));
  }),
  pure('math.max', ['x', 'y'], ([x, y]) => larger(numberArgument('x', x), numberArgument('y', y))),
  pure('math.min', ['x', 'y'], ([x, y]) => smaller(numberArgument('x', x), numberArgument('y', y))),
];

function larger(left: bigint | number, right: bigint | number): bigint | number {
  if (right > left) return right;
  return left;
}

function smaller(left: bigint | number, right: bigint | number): bigint | number {
  if (right < left) return right;
  return left;
}
