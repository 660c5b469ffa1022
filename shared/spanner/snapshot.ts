import type { Reads, Snapshot } from '../orchestrator/ports/store.ts';
import { hasHistoryRow } from './history-rows.ts';
import { readOperation } from './operation-rows.ts';
import type { Reader } from './reader.ts';
import { readOpenWaitsFor, readWaiters } from './waiters.ts';

export interface StoredSnapshot {
  readonly snapshot: Snapshot;
  /** 0 for an operation that is not there. */
  readonly historyLength: number;
}

/** All at once: what they lock is the same in any order. */
export async function readSnapshot(reader: Reader, reads: Reads): Promise<StoredSnapshot> {
  const { operation: name, eventId } = reads;
  const [stored, duplicate, waits, waiters] = await Promise.all([
    readOperation(reader, name),
    hasHistoryRow(reader, name, eventId),
    reads.waits ? readOpenWaitsFor(reader, name) : [],
    reads.waiters ? readWaiters(reader, name) : new Map(),
  ]);
  return {
    snapshot: { operation: stored?.operation, duplicate, waits, waiters },
    historyLength: stored?.historyLength ?? 0,
  };
}
