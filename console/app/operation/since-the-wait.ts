/** What became of a child that had not ended when its wait ended. The wait keeps showing it as pending. */
import { type Child, isOperationName, type Outcome, type State, type Wait } from '../api/operation.ts';

export interface SinceTheWait {
  readonly mark: Outcome;
  readonly text: string;
}

const STATES: Readonly<Record<State, SinceTheWait>> = {
  RUNNING: { mark: 'PENDING', text: 'still running' },
  WAITING: { mark: 'PENDING', text: 'still waiting' },
  SUCCEEDED: { mark: 'SUCCEEDED', text: 'succeeded after the wait' },
  FAILED: { mark: 'FAILED', text: 'failed after the wait' },
  CANCELLED: { mark: 'CANCELLED', text: 'cancelled after the wait' },
};

/** undefined if the wait is open or has the outcome of the child, and for a child of another service, which nobody asks any more. */
export function sinceTheWait(
  { open }: Wait,
  { name, outcome, presentState }: Child,
): SinceTheWait | undefined {
  if (open || (outcome !== 'PENDING' && outcome !== 'TIMED_OUT') || !isOperationName(name)) return undefined;
  return presentState ? STATES[presentState] : { mark: 'NOT_FOUND', text: 'does not exist now' };
}
