/**
 * The children of a wait as its parent sees them, built from the rows of any store.
 *
 * It takes two steps, so that only the shown results are read: `shownChildren` decides by size, and `listedChild` adds
 * the results that were read.
 */
import type { AllFields } from '../lifecycle/all-fields.ts';
import type { ChildOutcome } from '../lifecycle/child-outcome.ts';
import type { OperationState } from '../lifecycle/operation.ts';
import { decodeOperation } from '../messages/operation.ts';
import type { ChildView, ListedChild } from '../orchestrator/ports/wait-children.ts';
import { decodeChildResult } from './any-record.ts';
import type { ChildKey } from './wait-parts.ts';

/** The row of one child. */
export interface ChildRecord extends ChildKey {
  readonly outcome: ChildOutcome;
  /** The size of the result that another service gave. */
  readonly resultBytes?: number;
}

/** The row of a child's operation. */
export interface ChildOperationRecord {
  readonly state: OperationState;
  readonly method?: string;
  readonly createTime: number;
  readonly completeTime?: number;
  /** The size of the google.longrunning.Operation. */
  readonly bytes: number;
}

export interface ShownChild {
  readonly child: ChildRecord;
  readonly operation?: ChildOperationRecord;
  /** Where its result has to be read from. */
  readonly source: 'operation' | 'service' | 'none';
  /** It has a result, which is left out. */
  readonly isOmitted: boolean;
}

/**
 * The limit of the results in a list. `omit` lists a child whose result does not fit without it. `cut` ends the list before such a
 * child, except for the first child.
 */
export interface ResultBound {
  readonly maxBytes: number;
  readonly rest: 'omit' | 'cut';
}

/** The children in their order, with results as long as these total at most `maxBytes`. */
export function shownChildren(
  children: readonly ChildRecord[],
  operations: ReadonlyMap<string, ChildOperationRecord>,
  { maxBytes, rest }: ResultBound,
): readonly ShownChild[] {
  const shown: ShownChild[] = [];
  let bytes = 0;
  for (const child of children) {
    const operation = operations.get(child.key);
    const source = sourceOf(child, operation);
    const size = source === 'none' ? 0 : source === 'service' ? child.resultBytes : operation?.bytes;
    const isOmitted = bytes + (size ?? 0) > maxBytes && (rest === 'omit' || shown.length > 0);
    if (isOmitted && rest === 'cut') break;
    // One large result does not take the place of later ones that fit.
    if (!isOmitted) bytes += size ?? 0;
    shown.push({
      child,
      operation,
      source: isOmitted ? 'none' : source,
      isOmitted: isOmitted && source !== 'none',
    });
  }
  return shown;
}

/** A child that ended after the wait has no result in it. */
function sourceOf(
  { outcome, resultBytes }: ChildRecord,
  operation: ChildOperationRecord | undefined,
): ShownChild['source'] {
  if (resultBytes !== undefined) return 'service';
  return outcome !== 'PENDING' && operation?.completeTime !== undefined ? 'operation' : 'none';
}

/** `result` is what `source` names: the bytes of the operation, or the answer of the other service. */
export function listedChild(
  { child, operation, source, isOmitted }: ShownChild,
  result: Uint8Array | undefined,
): ListedChild {
  const { position, key, spawnKey, outcome, resultBytes } = child;
  const isOfService = resultBytes !== undefined;
  const message = source === 'operation' ? result : undefined;
  return {
    position,
    key,
    spawnKey,
    outcome,
    operation: operation && viewOf(operation, message, isOmitted && !isOfService),
    result: source === 'service' && result ? decodeChildResult(result) : undefined,
    resultOmitted: isOmitted && isOfService ? true : undefined,
  } satisfies AllFields<ListedChild>;
}

function viewOf(
  { state, method = '', createTime, completeTime }: ChildOperationRecord,
  message: Uint8Array | undefined,
  isOmitted: boolean,
): ChildView {
  const shown = message && decodeOperation(message);
  return {
    state,
    method,
    createTime,
    completeTime,
    response: shown?.response,
    error: shown?.error,
    omitted: isOmitted ? true : undefined,
  } satisfies AllFields<ChildView>;
}
