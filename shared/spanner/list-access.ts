/**
 * Chooses the index of a list, so that a list does not read all operations: an index whose first column the condition limits to few
 * values, or else the index by time.
 */
import type { Condition } from '../orchestrator/condition.ts';

type Subject = 'name' | 'state' | 'method' | 'parent' | 'rerunOf';

export interface Access {
  readonly by: Subject | 'createTime';
  /** The values that the condition allows for the first column. Empty for createTime. */
  readonly values: readonly string[];
}

/** The largest number of values that are read as one range each. */
const MAX_VALUES = 32;

const ACTIVE = ['RUNNING', 'WAITING'];
const FAILED = ['FAILED', 'CANCELLED'];
const TERMINAL = ['SUCCEEDED', ...FAILED];

export function accessOf(condition: Condition): Access {
  const states = valuesOf(condition, 'state');
  // Most operations are terminal, and few of them active.
  const few = states?.every((state) => ACTIVE.includes(state));
  const order: readonly Subject[] = few
    ? ['name', 'rerunOf', 'state', 'parent', 'method']
    : ['name', 'rerunOf', 'parent', 'method', 'state'];
  for (const by of order) {
    const values = valuesOf(condition, by);
    if (values && values.length > 0 && values.length <= MAX_VALUES) return { by, values };
  }
  return { by: 'createTime', values: [] };
}

/** Returns the values that the subject can have if the condition is true, or undefined if they are not known. */
function valuesOf(condition: Condition, subject: Subject): readonly string[] | undefined {
  switch (condition.kind) {
    case 'all':
      return shortest(condition.of.map((part) => valuesOf(part, subject)));
    case 'any':
      return union(condition.of.map((part) => valuesOf(part, subject)));
    case 'not':
      return subject === 'state' && condition.of.kind === 'done' ? ACTIVE : undefined;
    case 'text': {
      const { relation, value } = condition;
      // An absent method or parent counts as the empty text, and its index has no row for it.
      return condition.subject === subject && relation === '=' && value !== '' ? [value] : undefined;
    }
    case 'done':
      return subject === 'state' ? TERMINAL : undefined;
    case 'errorCode':
    case 'hasError':
      return subject === 'state' ? FAILED : undefined;
    default:
      return undefined;
  }
}

type Values = readonly string[] | undefined;

function shortest(parts: readonly Values[]): Values {
  return parts.reduce<Values>(
    (best, values) => (values && (!best || values.length < best.length) ? values : best),
    undefined,
  );
}

function union(parts: readonly Values[]): Values {
  const all = new Set<string>();
  for (const values of parts) {
    if (!values) return undefined;
    for (const value of values) all.add(value);
  }
  return [...all];
}
