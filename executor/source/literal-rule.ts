import { parseExpression } from '../expression/parser.ts';
import { ExpressionError } from '../expression/syntax.ts';
import { isList, isNumeric, typeName, type Value } from '../values/value.ts';
import type { Template } from './model.ts';

/** What the value of a field may be where it is no expression. With anything else the step can only fail. */
export interface LiteralRule {
  readonly field: string;
  readonly wanted: string;
  readonly accepts: (value: Value) => boolean;
}

const isAmount = (value: Value) => value === null || (isNumeric(value) && value >= 0);

export const LITERAL_RULES = {
  condition: rule('condition', 'a boolean', (value) => typeof value === 'boolean'),
  in: rule('in', 'a list', isList),
  range: rule('range', 'a list of two numbers', (value) => {
    return isList(value) && value.length === 2 && value.every(isNumeric);
  }),
  concurrencyLimit: rule('concurrency_limit', 'a positive integer', (value) => {
    return typeof value === 'bigint' && value >= 1n;
  }),
  predicate: rule('predicate', 'the name of a function', (value) => value === null),
  maxRetries: rule('max_retries', 'a number of at least 0', isAmount),
  initialDelay: rule('initial_delay', 'a number of at least 0', isAmount),
  maxDelay: rule('max_delay', 'a number of at least 0', isAmount),
  multiplier: rule('multiplier', 'a number of at least 0', isAmount),
} as const;

function rule(field: string, wanted: string, accepts: (value: Value) => boolean): LiteralRule {
  return { field, wanted, accepts };
}

/** Why a step with this value can only fail; undefined if it need not. A list with expressions in it has a length. */
export function literalProblem(
  template: Template,
  { field, wanted, accepts }: LiteralRule,
): string | undefined {
  switch (template.kind) {
    case 'expression':
      return undefined;
    case 'map':
      return `'${field}' must be ${wanted}; got a map`;
    case 'list':
      return accepts(template.items.map(() => 0n)) ? undefined : `'${field}' must be ${wanted}`;
    case 'literal':
      return accepts(template.value)
        ? undefined
        : `'${field}' must be ${wanted}; got ${shown(template.value)}`;
  }
}

/** Most often the value is the text of an expression, without its `${` and `}`. */
function shown(value: Value): string {
  if (typeof value !== 'string') return isNumeric(value) ? String(value) : `a ${typeName(value)}`;
  const hint = isExpression(value) ? `: did you mean \${${value.trim()}}?` : '';
  return `text${hint}`;
}

function isExpression(text: string): boolean {
  try {
    return parseExpression(text).kind !== 'literal';
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return false;
  }
}
