/** Operations that a condition is true of, newest first, a page at a time. */
import type { OperationName } from '../lifecycle/operation-name.ts';
import { GRPC_MESSAGE_LIMIT } from '../messages/limits.ts';
import type { OperationView } from '../messages/operation.ts';
import type { Condition } from './condition.ts';
import type { Orchestrator } from './orchestrator.ts';

/**
 * Where an operation stands in a list: newest first, those of one millisecond by name. A page begins behind the last
 * position of the page before, so what is added or removed meanwhile moves nothing across a page's edge.
 */
export interface ListPosition {
  /** Milliseconds since the epoch. */
  readonly createTime: number;
  readonly name: OperationName;
}

export interface ListQuery {
  readonly condition: Condition;
  /** The list begins behind it. */
  readonly after?: ListPosition;
  readonly limit: number;
}

export interface ListedOperation extends ListPosition {
  readonly view: OperationView;
  /** Of the google.longrunning.Operation. */
  readonly bytes: number;
}

export interface OperationPage {
  readonly operations: readonly OperationView[];
  /** The position of the last one, where there may be more behind it. */
  readonly next?: ListPosition;
}

/** A page ends early once it holds that much: gRPC clients take 4 MiB a message, HTTP functions answer up to 32 MiB. */
const MAX_PAGE_BYTES = (GRPC_MESSAGE_LIMIT * 3) / 4;
/** Operations hold up to some MB each, so the first batch is small, and the next as large as those before were light. */
const FIRST_BATCH = 64;
const MAX_BATCH = 500;

/** At most `limit` operations; fewer, with `next`, where they are large (AIP-158 allows any number). */
export async function listOperations(
  { store }: Pick<Orchestrator, 'store'>,
  { condition, after, limit }: ListQuery,
): Promise<OperationPage> {
  const operations: OperationView[] = [];
  let bytes = 0;
  for (let at = after; ; ) {
    // One more than is wanted tells whether there is more.
    const wanted = limit - operations.length + 1;
    const batch = Math.min(wanted, batchSize(operations.length, bytes));
    const found = await store.list({ condition, after: at, limit: batch });
    for (const listed of found) {
      const full = operations.length > 0 && bytes + listed.bytes > MAX_PAGE_BYTES;
      if (full || operations.length === limit) return { operations, next: at };
      operations.push(listed.view);
      bytes += listed.bytes;
      at = { createTime: listed.createTime, name: listed.name };
    }
    if (found.length < batch) return { operations };
  }
}

function batchSize(count: number, bytes: number): number {
  if (count === 0) return FIRST_BATCH;
  const fitting = Math.ceil(((MAX_PAGE_BYTES - bytes) * count) / Math.max(bytes, 1));
  return Math.max(1, Math.min(MAX_BATCH, fitting));
}
