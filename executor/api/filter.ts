import { RequestError } from '../errors/request-error.ts';
import type { Execution } from '../execution.ts';

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
interface Term {
  readonly field: string;
  readonly comparison: Comparison;
  readonly value: string;
}

const TERM = /^\s*([A-Za-z]+(?:\.[^\s=!<>:]+)?)\s*(=|!=|<=|>=|<|>|:)\s*("(?:[^"\\]|\\.)*"|[^\s()]+)\s*/;
const FIELDS = ['executionID', 'state', 'startTime', 'endTime', 'duration', 'workflowRevisionID'];

/**
 * The part of AIP-160 that lists of executions need: comparisons joined by AND. Fields: those of
 * `executions.list`, and labels as `labels.KEY` or `label.KEY`.
 *
 * @throws RequestError for anything else
 */
export function parseFilter(text: string | undefined): readonly Term[] {
  const terms: Term[] = [];
  let rest = text?.trim() ?? '';
  while (rest !== '') {
    const match = TERM.exec(rest);
    const [whole, field, comparison, quoted] = match ?? [];
    if (whole === undefined || field === undefined || comparison === undefined || quoted === undefined) {
      throw new RequestError('INVALID_ARGUMENT', `the filter can't be read at '${rest}'`);
    }
    if (!FIELDS.includes(field) && !/^labels?\./.test(field)) {
      throw new RequestError('INVALID_ARGUMENT', `unknown field '${field}' in the filter`);
    }
    const value = quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1') : quoted;
    terms.push({ field, comparison: comparison === ':' ? '=' : (comparison as Comparison), value });
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

export function matchesFilter(execution: Execution, terms: readonly Term[]): boolean {
  return terms.every((term) => matches(execution, term));
}

function matches(execution: Execution, { field, comparison, value }: Term): boolean {
  switch (field) {
    case 'executionID':
      return compare(execution.id, comparison, value);
    case 'state':
      return compare(execution.state, comparison, value);
    case 'workflowRevisionID':
      return compare(execution.workflowRevisionId, comparison, value);
    case 'startTime':
      return compare(execution.startTime, comparison, Date.parse(value));
    case 'endTime':
      return compare(execution.endTime, comparison, Date.parse(value));
    case 'duration': {
      const { startTime, endTime } = execution;
      const seconds =
        startTime === undefined || endTime === undefined ? undefined : (endTime - startTime) / 1000;
      return compare(seconds, comparison, Number.parseFloat(value));
    }
    default: {
      const key = field.slice(field.indexOf('.') + 1);
      const label = Object.hasOwn(execution.labels, key) ? execution.labels[key] : undefined;
      return compare(label, comparison, value);
    }
  }
}

/** An absent field is not equal to any value, and not less or greater than any value. */
function compare<T extends string | number>(
  actual: T | undefined,
  comparison: Comparison,
  expected: T,
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
