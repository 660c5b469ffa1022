/**
 * The children of a wait as a parent is told of them: what every store makes of the rows that it found.
 *
 * In two steps, so that results are read only where they are shown: `shownChildren` decides by their sizes, and
 * `listedChild` puts in what was read.
 */
import type { ChildOutcome } from '../lifecycle/wait.ts';
import { decodeOperation } from '../messages/operation.ts';
import type { ChildView, ListedChild } from '../orchestrator/ports/store.ts';
import { decodeChildResult } from './any-record.ts';
import type { ChildKey } from './wait-parts.ts';

/** What the rows say of one child. */
export interface ChildRecord extends ChildKey {
  readonly outcome: ChildOutcome;
  /** The size of what another service said of it. */
  readonly resultBytes?: number;
}

/** What the row of a child's operation says. */
export interface ChildOperationRecord {
  readonly method?: string;
  readonly createTime: number;
  readonly completeTime?: number;
  /** The size of the google.longrunning.Operation. */
  readonly bytes: number;
}

export interface ShownChild {
  readonly child: ChildRecord;
  readonly operation?: ChildOperationRecord;
  /** What is to be read of its result. */
  readonly source: 'operation' | 'service' | 'none';
  /** It has a result, which is left out. */
  readonly isOmitted: boolean;
}

/** How results are bound: `cut` ends the list before a child whose result is too much, but for the first one. */
export interface ResultBound {
  readonly maxBytes: number;
  readonly rest: 'omit' | 'cut';
}

/** The children in their order, with their results as long as those are not larger together than `maxBytes`. */
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
    // What is left out once is left out of all behind it: the results are a front of the list.
    bytes = isOmitted ? Number.POSITIVE_INFINITY : bytes + (size ?? 0);
    shown.push({
      ...{ child, operation },
      source: isOmitted ? 'none' : source,
      isOmitted: isOmitted && source !== 'none',
    });
  }
  return shown;
}

/** One that ended after the wait did has no result as far as the wait goes. */
function sourceOf(
  { outcome, resultBytes }: ChildRecord,
  operation: ChildOperationRecord | undefined,
): ShownChild['source'] {
  if (resultBytes !== undefined) return 'service';
  return outcome !== 'PENDING' && operation?.completeTime !== undefined ? 'operation' : 'none';
}

/** `result` is what `source` names: the bytes of the operation, or of what the other service said. */
export function listedChild(
  { child, operation, source, isOmitted }: ShownChild,
  result: Uint8Array | undefined,
): ListedChild {
  const { position, key, spawnKey, outcome, resultBytes } = child;
  const view = operation && viewOf(operation, source === 'operation' ? result : undefined);
  return {
    ...{ position, key, outcome },
    ...(spawnKey !== undefined && { spawnKey }),
    ...(view && { operation: isOmitted && resultBytes === undefined ? { ...view, omitted: true } : view }),
    ...(source === 'service' && result && { result: decodeChildResult(result) }),
    ...(isOmitted && resultBytes !== undefined && { resultOmitted: true }),
  };
}

function viewOf(
  { method = '', createTime, completeTime }: ChildOperationRecord,
  message: Uint8Array | undefined,
): ChildView {
  const view = { method, createTime, ...(completeTime !== undefined && { completeTime }) };
  if (!message) return view;
  const { response, error } = decodeOperation(message);
  return { ...view, ...(response && { response }), ...(error && { error }) };
}
