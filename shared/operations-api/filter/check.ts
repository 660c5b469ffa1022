/** Checks a parsed filter: every field is known, and every value has the type of its field. */

import { parseTimestamp } from '../../messages/timestamp.ts';
import { ALWAYS, type Condition, NEVER, type Order, type TextSubject } from '../../orchestrator/condition.ts';
import { errorCodeOf } from './error-code.ts';
import { type Field, fieldOf, labelSubject } from './field.ts';
import type { Operator } from './lexer.ts';
import { filterProblem } from './problem.ts';
import type { Restriction, Syntax, Word } from './syntax.ts';

/** A comparison without negation. `!=` becomes the negation of `=`. */
interface Comparison {
  readonly operator: Exclude<Operator, '!='>;
  readonly start: number;
  readonly value: Word;
}

export function checkedCondition(syntax: Syntax): Condition {
  switch (syntax.kind) {
    case 'and':
      return { kind: 'all', of: syntax.of.map(checkedCondition) };
    case 'or':
      return { kind: 'any', of: syntax.of.map(checkedCondition) };
    case 'not':
      return not(checkedCondition(syntax.of));
    case 'restriction':
      return restriction(syntax);
  }
}

function not(condition: Condition): Condition {
  return { kind: 'not', of: condition };
}

/** `field:*` tests whether the field is present. */
const PRESENT = '*';

function restriction({ path, comparison }: Restriction): Condition {
  const field = fieldOf(path);
  if (!comparison) {
    throw filterProblem(
      path[0]?.start ?? 0,
      'a value needs a field and an operator, such as state = RUNNING',
    );
  }
  const { operator } = comparison;
  // `!=` is true for every operation for which `=` is false, also if the field is absent.
  if (operator === '!=') return not(compare(field, { ...comparison, operator: '=' }));
  return compare(field, { ...comparison, operator });
}

function compare(field: Field, comparison: Comparison): Condition {
  switch (field.kind) {
    case 'text':
      return text(field.subject, comparison);
    case 'state':
      return state(comparison);
    case 'done':
      return done(comparison);
    case 'time':
      return time(field.subject, comparison);
    case 'errorCode':
      return errorCode(comparison);
    case 'attempt':
      return attempt(comparison);
    case 'error':
      requireOperator(comparison, [':']);
      if (comparison.value.text === PRESENT) return { kind: 'hasError' };
      throw filterProblem(comparison.value.start, 'must be *, or compare error.code');
    case 'labels':
      requireOperator(comparison, [':']);
      return { kind: 'hasLabel', subject: labelSubject(comparison.value) };
  }
}

function text(subject: Exclude<TextSubject, 'state'>, { operator, value }: Comparison): Condition {
  if (operator !== '=' && operator !== ':') {
    return { kind: 'text', subject, relation: orderOf(operator), value: value.text };
  }
  const { relation, part } = wildcard(value);
  if (relation === undefined) {
    // Matches any text except the empty one, which stands for an absent field in proto3.
    if (isLabel(subject)) return { kind: 'hasLabel', subject };
    return not({ kind: 'text', subject, relation: '=', value: '' });
  }
  return { kind: 'text', subject, relation, value: part };
}

function isLabel(subject: TextSubject): subject is Extract<TextSubject, `labels.${string}`> {
  return subject.startsWith('labels.');
}

/** AIP-160 allows `*` at the ends of a text. Elsewhere it would be a pattern that no index supports. */
function wildcard({ text, start }: Word) {
  const open = text.startsWith('*');
  const close = text.endsWith('*');
  const part = text.slice(open ? 1 : 0, close && text.length > 1 ? -1 : undefined);
  const inner = part.indexOf('*');
  if (inner >= 0) throw filterProblem(start, 'a * that is neither at the start nor at the end of the value');
  if (part === '' && open) return { relation: undefined, part };
  if (open) return { relation: close ? ('contains' as const) : ('endsWith' as const), part };
  return { relation: close ? ('startsWith' as const) : ('=' as const), part };
}

const STATES: readonly string[] = ['RUNNING', 'WAITING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];

function state(comparison: Comparison): Condition {
  requireOperator(comparison, ['=', ':']);
  const { text: value, start } = comparison.value;
  if (value === PRESENT) return ALWAYS;
  if (!STATES.includes(value)) throw filterProblem(start, `must be one of ${STATES.join(', ')}`);
  return { kind: 'text', subject: 'state', relation: '=', value };
}

function done(comparison: Comparison): Condition {
  requireOperator(comparison, ['=', ':']);
  const { text: value, start } = comparison.value;
  if (value === 'true') return { kind: 'done' };
  if (value === 'false') return not({ kind: 'done' });
  throw filterProblem(start, 'must be true or false');
}

function time(subject: 'createTime' | 'updateTime', { operator, value }: Comparison): Condition {
  if (operator === ':' && value.text === PRESENT) return ALWAYS;
  const instant = parseTimestamp(value.text.toUpperCase());
  if (!instant) {
    throw filterProblem(value.start, 'must be a time in RFC 3339, such as "2025-01-31T12:00:00Z"');
  }
  const relation = orderOf(operator);
  if (instant.exact) return { kind: 'time', subject, relation, value: instant.millis };
  // The times of operations are whole milliseconds. So no operation is equal to a finer time, and an operation is after the finer
  // time exactly if it is after the millisecond before.
  if (relation === '=') return NEVER;
  return { kind: 'time', subject, relation: relation.startsWith('<') ? '<=' : '>', value: instant.millis };
}

function errorCode({ operator, value }: Comparison): Condition {
  if (operator === ':' && value.text === PRESENT) return { kind: 'hasError' };
  const code = errorCodeOf(value.text);
  if (code === undefined) {
    throw filterProblem(value.start, 'must be a google.rpc.Code: a number, or a name such as NOT_FOUND');
  }
  return { kind: 'errorCode', relation: orderOf(operator), value: code };
}

/** The number of the current attempt, or 0 if there is none. */
function attempt({ operator, value }: Comparison): Condition {
  if (operator === ':' && value.text === PRESENT) return { kind: 'attempt', relation: '>', value: 0 };
  if (!/^\d{1,9}$/.test(value.text)) throw filterProblem(value.start, 'must be the number of an attempt');
  return { kind: 'attempt', relation: orderOf(operator), value: Number(value.text) };
}

/** For a field with one value, `:` (has) means `=`. */
function orderOf(operator: Comparison['operator']): Order {
  return operator === ':' ? '=' : operator;
}

function requireOperator({ operator, start }: Comparison, allowed: readonly Comparison['operator'][]): void {
  if (allowed.includes(operator)) return;
  throw filterProblem(
    start,
    `${operator} is not for this field, which is compared with ${allowed.join(' or ')}`,
  );
}
