import { RequestError } from '../errors/request-error.ts';
import type { ListField, ListFields } from './list-fields.ts';

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** One comparison of a filter. */
export interface Term<T> {
  readonly value: ListField<T>['value'];
  readonly comparison: Comparison;
  readonly expected: string | number;
}

const TERM = /^\s*([A-Za-z]+(?:\.[^\s=!<>:]+)?)\s*(=|!=|<=|>=|<|>|:)\s*("(?:[^"\\]|\\.)*"|[^\s()]+)\s*/;

/**
 * The part of AIP-160 that lists need: comparisons joined by AND.
 *
 * @param fields that the list has
 * @param labels of an item, which a filter names as `labels.KEY` or `label.KEY`
 * @throws RequestError for anything else
 */
export function parseFilter<T>(
  text: string | undefined,
  fields: ListFields<T>,
  labels?: (item: T) => Readonly<Record<string, string>>,
): readonly Term<T>[] {
  const terms: Term<T>[] = [];
  let rest = text?.trim() ?? '';
  while (rest !== '') {
    const match = TERM.exec(rest);
    const [whole, name, comparison, quoted] = match ?? [];
    if (whole === undefined || name === undefined || comparison === undefined || quoted === undefined) {
      throw new RequestError('INVALID_ARGUMENT', `the filter can't be read at '${rest}'`);
    }
    const field = fields.get(name) ?? (labels && labelField(name, labels));
    if (field === undefined) {
      throw new RequestError('INVALID_ARGUMENT', `unknown field '${name}' in the filter`);
    }
    const written = quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1') : quoted;
    terms.push({
      value: field.value,
      comparison: comparison === ':' ? '=' : (comparison as Comparison),
      expected: readValue(name, field.kind, written),
    });
    rest = rest.slice(whole.length);
    const and = /^AND\s+/.exec(rest)?.[0];
    if (rest !== '' && and === undefined) {
      throw new RequestError(
        'INVALID_ARGUMENT',
        `the filter takes comparisons joined by AND; found '${rest}'`,
      );
    }
    rest = rest.slice(and?.length ?? 0);
  }
  return terms;
}

export function matchesFilter<T>(item: T, terms: readonly Term<T>[]): boolean {
  return terms.every(({ value, comparison, expected }) => compare(value(item), comparison, expected));
}

function labelField<T>(
  name: string,
  labels: (item: T) => Readonly<Record<string, string>>,
): ListField<T> | undefined {
  const key = /^labels?\.(.+)$/.exec(name)?.[1];
  if (key === undefined) return undefined;
  const value = (item: T): string | undefined => {
    const all = labels(item);
    return Object.hasOwn(all, key) ? all[key] : undefined;
  };
  return { kind: 'text', value, sortable: false };
}

function readValue(name: string, kind: ListField<unknown>['kind'], written: string): string | number {
  if (kind === 'text') return written;
  const value = kind === 'time' ? Date.parse(written) : Number.parseFloat(written);
  if (!Number.isNaN(value)) return value;
  const expected = kind === 'time' ? 'a time such as 2026-08-01T00:00:00Z' : 'a number';
  throw new RequestError('INVALID_ARGUMENT', `${name} of the filter must be ${expected}; got '${written}'`);
}

/** An absent field is not equal to any value, and not less or greater than any value. */
function compare(
  actual: string | number | undefined,
  comparison: Comparison,
  expected: string | number,
): boolean {
  if (actual === undefined) return comparison === '!=';
  switch (comparison) {
    case '=':
      return actual === expected;
    case '!=':
      return actual !== expected;
    case '<':
      return actual < expected;
    case '<=':
      return actual <= expected;
    case '>':
      return actual > expected;
    case '>=':
      return actual >= expected;
  }
}
