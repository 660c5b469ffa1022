/** The state and the failure in the saved work of an operation, and what the work becomes when a step has ended. */
import { requireJson } from '../client/json.ts';
import { OperationError } from '../client/operation-error.ts';
import type { Failure } from './failure.ts';
import type { WorkerSpec } from './operation.ts';
import type { SavedFailure, SavedWait, SavedWork } from './saved-work.ts';

/** The state with which a try of a step begins. An operation without a saved state has a copy of the initial one. */
export async function stateOf(
  { state: saved, version }: SavedWork,
  state: NonNullable<WorkerSpec['state']>,
): Promise<unknown> {
  return version === undefined ? structuredClone(state.initial) : state.codec.read(saved, version);
}

/**
 * The work with another state. @throws OperationError INTERNAL if the state is not JSON, its schema refuses it, or the operation has none
 */
export async function withState({ state }: WorkerSpec, work: SavedWork, draft: unknown): Promise<SavedWork> {
  if (!state) {
    if (draft === undefined) return work;
    const message =
      'op.state is set, but the operation has no state: write operation(definition, { state, initial })';
    throw new OperationError('INTERNAL', message);
  }
  const { version } = state.codec;
  requireJson(draft, 'state', 'INTERNAL');
  await state.codec.read(draft, version);
  return { ...work, state: draft, version };
}

/** The work of the step after this one. */
export function workOfNextStep(work: SavedWork, failure: Failure | undefined): SavedWork {
  return { ...work, decided: true, failure: savedFailure(failure) };
}

/** The work after a step that begins a wait. `wait`: its terms, or undefined if there is nothing to wait for. */
export function workOfWait(
  work: SavedWork,
  wait: SavedWait | undefined,
  failure: Failure | undefined,
): SavedWork {
  return { ...work, waits: work.waits + 1, wait, decided: undefined, failure: savedFailure(failure) };
}

/** The work of the operation's catch step, once a failure leaves nothing else. */
export function workOfLastResort(work: SavedWork, failure: Failure): SavedWork {
  return { ...work, failure: savedFailure(failure), decided: true, lastResort: true };
}

function savedFailure(failure: Failure | undefined): SavedFailure | undefined {
  if (!failure) return undefined;
  const { reason, code, message, details } = failure;
  return { reason, code, message, details };
}
