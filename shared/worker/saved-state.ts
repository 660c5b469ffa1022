/** The user's state and the failure within the saved work of an operation. */
import { requireJson } from '../client/json.ts';
import type { Failure } from './failure.ts';
import type { WorkerSpec } from './operation.ts';
import type { SavedFailure, SavedWork } from './saved-work.ts';

/** The state with which a try of a step begins. An operation without a saved state has a copy of the initial one. */
export async function stateOf(
  { state: saved, version }: SavedWork,
  state: NonNullable<WorkerSpec['state']>,
): Promise<unknown> {
  return version === undefined ? structuredClone(state.initial) : state.codec.read(saved, version);
}

/** The work with another state. @throws OperationError INTERNAL if the state is not JSON, or its schema refuses it. */
export async function withState({ state }: WorkerSpec, work: SavedWork, draft: unknown): Promise<SavedWork> {
  if (!state) return work;
  const { version } = state.codec;
  requireJson(draft, 'state', 'INTERNAL');
  await state.codec.read(draft, version);
  return { ...work, state: draft, version };
}

export function savedFailure(failure: Failure | undefined): SavedFailure | undefined {
  if (!failure) return undefined;
  const { reason, code, message, details } = failure;
  return { reason, code, message, details };
}
