/**
 * How a list reaches its operations without reading all of them: over the index whose first column the condition binds to
 * few values, or over that by time.
 */
import type { Condition } from '../orchestrator/condition.ts';

type Subject = 'name' | 'state' | 'method' | 'parent' | 'rerunOf';

export interface Access {
  readonly by: Subject | 'createTime';
  /** What the condition lets the first column be; empty for createTime. */
  readonly values: readonly string[];
}

/** Lists of values that are longer are not worth a range each. */
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

/** The values of which the subject has one wherever the condition is true; undefined where they can't be told. */
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
      // The empty text is what an absent method or parent counts as, which its index leaves out.
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
