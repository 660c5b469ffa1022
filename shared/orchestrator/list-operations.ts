/** Lists the operations that satisfy a condition, newest first, page by page. */
import { GRPC_MESSAGE_LIMIT } from '../messages/limits.ts';
import type { OperationView } from '../messages/operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { ListPosition, ListQuery } from './ports/list.ts';

export interface OperationPage {
  readonly operations: readonly OperationView[];
  /** The position of the last operation of the page, if more may follow. */
  readonly next?: ListPosition;
}

/**
 * A page ends early once it holds this many bytes: gRPC clients accept 4 MiB a message, and HTTP functions answer up to
 * 32 MiB.
 */
const MAX_PAGE_BYTES = (GRPC_MESSAGE_LIMIT * 3) / 4;
/**
 * Operations may be several MB each. So the first batch is small, and later batches grow if the ones before were light.
 */
const FIRST_BATCH = 64;
const MAX_BATCH = 500;

/** Returns at most `limit` operations, and fewer, with `next`, if they are large (AIP-158 allows any number). */
export async function listOperations(
  { store }: Pick<Orchestrator, 'store'>,
  { condition, after, limit }: ListQuery,
): Promise<OperationPage> {
  const operations: OperationView[] = [];
  let bytes = 0;
  for (let at = after; ; ) {
    // One more than wanted is read, to know whether more follow.
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
