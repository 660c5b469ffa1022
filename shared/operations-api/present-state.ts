import type { OperationState } from '../lifecycle/operation.ts';
import type { ListedChild } from '../orchestrator/ports/wait-children.ts';

/**
 * The state of a child now, where the wait has no outcome of it. A wait keeps what it knew when it ended, so a child that ended or was
 * cancelled after that is PENDING or TIMED_OUT in the wait for ever. Absent if the operation does not exist, or is of another service.
 */
export function presentState({ outcome, operation }: ListedChild): OperationState | undefined {
  return outcome === 'PENDING' ? operation?.state : undefined;
}
