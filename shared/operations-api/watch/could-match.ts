import type { LiveOperation } from '../../lifecycle/operation.ts';
import { type Condition, isTrueOf } from '../../orchestrator/condition.ts';

/** `MAYBE`: true or false, by what an operation's state and times were. */
type Truth = 'NO' | 'MAYBE' | 'YES';

/**
 * Whether an earlier state of the operation can have met the condition. A watcher is told of an operation that stops
 * matching; what a watcher was told before is not kept anywhere, so that a watch can go on at any instance.
 */
export function couldHaveMatched(condition: Condition, operation: LiveOperation): boolean {
  return earlierTruth(condition, operation) !== 'NO';
}

function earlierTruth(condition: Condition, operation: LiveOperation): Truth {
  switch (condition.kind) {
    case 'all': {
      const parts = condition.of.map((part) => earlierTruth(part, operation));
      if (parts.includes('NO')) return 'NO';
      return parts.includes('MAYBE') ? 'MAYBE' : 'YES';
    }
    case 'any': {
      const parts = condition.of.map((part) => earlierTruth(part, operation));
      if (parts.includes('YES')) return 'YES';
      return parts.includes('MAYBE') ? 'MAYBE' : 'NO';
    }
    case 'not':
      return NEGATED[earlierTruth(condition.of, operation)];
    case 'text':
      // A late `created` gives an operation the others; before it, they were empty.
      if (condition.subject === 'state') return 'MAYBE';
      return isTrueOf(condition, operation) ? 'YES' : 'NO';
    case 'hasLabel':
      return isTrueOf(condition, operation) ? 'YES' : 'NO';
    case 'time':
      if (condition.subject !== 'createTime') return 'MAYBE';
      return isTrueOf(condition, operation) ? 'YES' : 'NO';
    default:
      return 'MAYBE';
  }
}

const NEGATED: Readonly<Record<Truth, Truth>> = { NO: 'YES', MAYBE: 'MAYBE', YES: 'NO' };
