import type { Waiting } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import type { WaitPolicy } from '../lifecycle/wait.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** The names of lro.v1.Wait.Policy, by number. */
const POLICIES = [
  'ALL_DONE',
  'ALL_DONE',
  'ANY_DONE',
  'ALL_SUCCEEDED',
  'ANY_SUCCEEDED',
  'QUORUM_SUCCEEDED',
] as const;

const MAX_PERCENT = 100;

/**
 * Reads when the wait is over.
 *
 * @param awaited the number of children and notifications that the policy counts
 * @throws InvalidInput
 */
export function policyOf(waiting: Waiting, awaited: number): WaitPolicy {
  const kind = POLICIES[waiting.policy];
  if (kind === undefined)
    throw new InvalidInput('waiting.policy', `must be one of ${POLICIES.slice(1).join(', ')}`);
  if (kind !== 'QUORUM_SUCCEEDED' && waiting.quorum !== 0)
    throw new InvalidInput('waiting.quorum', 'must be given only with the policy QUORUM_SUCCEEDED');
  const tolerated = toleratedOf(waiting, awaited);
  switch (kind) {
    case 'QUORUM_SUCCEEDED':
      refuseTolerance(waiting);
      return { kind, quorum: quorumOf(waiting, awaited) };
    case 'ALL_SUCCEEDED':
      return tolerated === undefined ? { kind } : { kind, tolerated };
    default:
      refuseTolerance(waiting);
      return { kind };
  }
}

function quorumOf({ quorum }: Waiting, awaited: number): number {
  if (quorum < 1 || quorum > awaited) {
    throw new InvalidInput(
      'waiting.quorum',
      `must be from 1 to the number of children and notifications, which is ${awaited}`,
    );
  }
  return quorum;
}

/** The number of children that may fail. A percentage is of all that the policy counts, rounded down. */
function toleratedOf(
  { toleratedFailures: count, toleratedFailuresPercent: percent }: Waiting,
  awaited: number,
): number | undefined {
  if (count !== undefined && percent !== undefined) {
    throw new InvalidInput(
      'waiting.toleratedFailuresPercent',
      'must not be given together with toleratedFailures',
    );
  }
  if (count !== undefined && (count < 0 || count > awaited)) {
    throw new InvalidInput(
      'waiting.toleratedFailures',
      `must be from 0 to the number of children and notifications, which is ${awaited}`,
    );
  }
  if (percent === undefined) return count;
  if (percent < 0 || percent > MAX_PERCENT) {
    throw new InvalidInput('waiting.toleratedFailuresPercent', `must be from 0 to ${MAX_PERCENT}`);
  }
  return Math.floor((awaited * percent) / MAX_PERCENT);
}

function refuseTolerance({ toleratedFailures, toleratedFailuresPercent }: Waiting): void {
  const rule = 'must be given only with the policy ALL_SUCCEEDED';
  if (toleratedFailures !== undefined) throw new InvalidInput('waiting.toleratedFailures', rule);
  if (toleratedFailuresPercent !== undefined)
    throw new InvalidInput('waiting.toleratedFailuresPercent', rule);
}
