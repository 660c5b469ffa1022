import type { LiveOperation } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import { type Comparison, type Condition, compareText, isTrueOf } from '../../orchestrator/condition.ts';

/** `MAYBE`: the answer depends on an earlier state or an earlier time of the operation, which nothing has stored. */
type Truth = 'NO' | 'MAYBE' | 'YES';

/**
 * Whether an earlier state of the operation can have met the condition. A watcher gets an event when an operation stops matching.
 * Earlier events of the watcher are not stored, so that a watch can continue at any instance.
 */
export function couldHaveMatched(condition: Condition, operation: LiveOperation): boolean {
  return earlierTruth(condition, operation) !== 'NO';
}

function earlierTruth(condition: Condition, operation: LiveOperation): Truth {
  return truth(condition, (comparison) => {
    switch (comparison.kind) {
      case 'text':
        // The other texts come with `created`, and were empty before a late one. This function ignores that: otherwise a
        // negated filter would bring an event for each change of each operation that it excludes.
        if (comparison.subject === 'state') return 'MAYBE';
        return isTrueOf(comparison, operation) ? 'YES' : 'NO';
      case 'hasLabel':
        return isTrueOf(comparison, operation) ? 'YES' : 'NO';
      case 'time':
        if (comparison.subject !== 'createTime') return 'MAYBE';
        return isTrueOf(comparison, operation) ? 'YES' : 'NO';
      default:
        return 'MAYBE';
    }
  });
}

/** Whether the condition is true of an operation if only its name is known. */
export function truthByName(condition: Condition, name: OperationName): Truth {
  return truth(condition, (comparison) => {
    if (comparison.kind !== 'text' || comparison.subject !== 'name') return 'MAYBE';
    return compareText(name, comparison) ? 'YES' : 'NO';
  });
}

function truth(condition: Condition, of: (comparison: Comparison) => Truth): Truth {
  switch (condition.kind) {
    case 'all': {
      const parts = condition.of.map((part) => truth(part, of));
      if (parts.includes('NO')) return 'NO';
      return parts.includes('MAYBE') ? 'MAYBE' : 'YES';
    }
    case 'any': {
      const parts = condition.of.map((part) => truth(part, of));
      if (parts.includes('YES')) return 'YES';
      return parts.includes('MAYBE') ? 'MAYBE' : 'NO';
    }
    case 'not':
      return NEGATED[truth(condition.of, of)];
    default:
      return of(condition);
  }
}

const NEGATED: Readonly<Record<Truth, Truth>> = { NO: 'YES', MAYBE: 'MAYBE', YES: 'NO' };
