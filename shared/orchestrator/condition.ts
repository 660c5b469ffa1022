/**
 * A condition over the fields of operations: checked, and ready for a store to compile.
 *
 * Invariant: a condition is true or false, never unknown. A comparison with a field that an operation does not have is
 * false, and its negation is true. An absent method, parent or rerunOf is the empty text, and an absent attempt is 0,
 * as in proto3.
 */
import { attemptNumber } from '../lifecycle/attempt.ts';
import { isTerminal, type LiveOperation } from '../lifecycle/operation.ts';

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | Comparison;

export type Order = '=' | '<' | '<=' | '>' | '>=';
export type TextRelation = Order | 'startsWith' | 'endsWith' | 'contains';
export type TextSubject = 'name' | 'state' | 'method' | 'parent' | 'rerunOf' | LabelSubject;
export type LabelSubject = `labels.${string}`;
export type TimeSubject = 'createTime' | 'updateTime';

export type Comparison =
  /** Texts are ordered by their code points. */
  | {
      readonly kind: 'text';
      readonly subject: TextSubject;
      readonly relation: TextRelation;
      readonly value: string;
    }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'time'; readonly subject: TimeSubject; readonly relation: Order; readonly value: number }
  | { readonly kind: 'errorCode'; readonly relation: Order; readonly value: number }
  /** The number of the current attempt. */
  | { readonly kind: 'attempt'; readonly relation: Order; readonly value: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'hasError' }
  | { readonly kind: 'hasLabel'; readonly subject: LabelSubject };

export const ALWAYS: Condition = { kind: 'all', of: [] };
export const NEVER: Condition = { kind: 'any', of: [] };

export function labelKey(subject: LabelSubject): string {
  return subject.slice('labels.'.length);
}

/** Whether the condition is true of the operation. Every store's query must agree with this function. */
export function isTrueOf(condition: Condition, operation: LiveOperation): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => isTrueOf(part, operation));
    case 'any':
      return condition.of.some((part) => isTrueOf(part, operation));
    case 'not':
      return !isTrueOf(condition.of, operation);
    case 'text':
      return compareText(textOf(condition.subject, operation), condition);
    case 'time':
      return isInOrder(operation[condition.subject] - condition.value, condition.relation);
    case 'errorCode': {
      const code = errorCodeOf(operation);
      return code !== undefined && isInOrder(code - condition.value, condition.relation);
    }
    case 'attempt':
      return isInOrder(attemptNumber(operation.attempts) - condition.value, condition.relation);
    case 'done':
      return isTerminal(operation);
    case 'hasError':
      return errorCodeOf(operation) !== undefined;
    case 'hasLabel':
      return textOf(condition.subject, operation) !== undefined;
  }
}

function textOf(subject: TextSubject, { name, state, creation }: LiveOperation): string | undefined {
  switch (subject) {
    case 'name':
      return name;
    case 'state':
      return state;
    case 'method':
    case 'parent':
    case 'rerunOf':
      return creation?.value[subject] ?? '';
    default: {
      const labels = creation?.value.labels ?? {};
      const key = labelKey(subject);
      return Object.hasOwn(labels, key) ? labels[key] : undefined;
    }
  }
}

function errorCodeOf(operation: LiveOperation): number | undefined {
  return operation.state === 'FAILED' || operation.state === 'CANCELLED' ? operation.error.code : undefined;
}

export function compareText(
  text: string | undefined,
  { relation, value }: Extract<Comparison, { kind: 'text' }>,
): boolean {
  if (text === undefined) return false;
  switch (relation) {
    case 'startsWith':
      return text.startsWith(value);
    case 'endsWith':
      return text.endsWith(value);
    case 'contains':
      return text.includes(value);
    default:
      // UTF-8 sorts as code points do, and UTF-16 does not.
      return isInOrder(Buffer.compare(Buffer.from(text), Buffer.from(value)), relation);
  }
}

/**
 * `difference` is negative, zero or positive if the left value is less than, equal to or greater than the right one.
 */
function isInOrder(difference: number, order: Order): boolean {
  switch (order) {
    case '=':
      return difference === 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
}
