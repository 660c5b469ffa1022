/** The children of a wait as a parent is told of them: what every store makes of the rows that it found. */

import type { OperationState } from '../lifecycle/operation.ts';
import type { ChildOutcome } from '../lifecycle/wait.ts';
import { decodeOperation } from '../messages/operation.ts';
import type { ChildView, ListedChild } from '../orchestrator/ports/store.ts';
import { decodeChildResult } from './any-record.ts';
import type { ChildKey } from './wait-parts.ts';

/** What the rows say of one child. */
export interface ChildRecord extends ChildKey {
  readonly outcome: ChildOutcome;
  /** Of a child of another service: see encodeChildResult. */
  readonly result?: Uint8Array;
}

/** What the row of a child's operation says. */
export interface ChildOperationRecord {
  readonly state: OperationState;
  readonly method?: string;
  readonly createTime: number;
  readonly completeTime?: number;
  /** Of a terminal operation: the bytes of the google.longrunning.Operation. */
  readonly message?: Uint8Array;
}

/**
 * The children in their order, with their results as long as those are not larger together than `maxBytes`. Of those
 * behind, the result is left out (`rest` is `omit`), or the children themselves are, but for the first one (`rest` is `cut`).
 */
export function listedChildren(
  children: readonly ChildRecord[],
  operations: ReadonlyMap<string, ChildOperationRecord>,
  maxBytes: number,
  rest: 'omit' | 'cut',
): ListedChild[] {
  const listed: ListedChild[] = [];
  let bytes = 0;
  for (const { result, ...child } of children) {
    const operation = operations.get(child.key);
    // One that ended after the wait did has no result as far as the wait goes.
    const message = child.outcome === 'PENDING' ? undefined : operation?.message;
    const size = (message?.length ?? 0) + (result?.length ?? 0);
    const isFull = bytes + size > maxBytes && (rest === 'omit' || listed.length > 0);
    if (isFull && rest === 'cut') break;
    // What is left out once is left out of all behind it: the results are a front of the list.
    bytes = isFull ? Number.POSITIVE_INFINITY : bytes + size;
    listed.push({
      ...child,
      ...(operation && { operation: viewOf(operation, message, isFull) }),
      ...(result && (isFull ? { resultOmitted: true } : { result: decodeChildResult(result) })),
    });
  }
  return listed;
}

function viewOf(
  { method = '', createTime, completeTime }: ChildOperationRecord,
  message: Uint8Array | undefined,
  isOmitted: boolean,
): ChildView {
  const view = { method, createTime, ...(completeTime !== undefined && { completeTime }) };
  if (!message) return view;
  if (isOmitted) return { ...view, omitted: true };
  const { response, error } = decodeOperation(message);
  return { ...view, ...(response && { response }), ...(error && { error }) };
}
