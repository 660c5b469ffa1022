import { parseExpression } from '../expression/parser.ts';
import { ExpressionError } from '../expression/syntax.ts';
import type { Position, Problems } from './problem.ts';

/** The form of the name of a variable. */
export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Warns of a variable that no expression can read: words such as `and` and `null` mean something else there. */
export function warnIfUnreadable(name: string, position: Position, problems: Problems): void {
  if (!isReadable(name)) problems.warn(`no expression can read a variable of the name '${name}'`, position);
}

function isReadable(name: string): boolean {
  if (!VARIABLE.test(name)) return false;
  try {
    return parseExpression(name).kind === 'name';
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return false;
  }
}
