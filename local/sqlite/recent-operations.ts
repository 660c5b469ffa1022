import type { OperationRecord } from '../../shared/records/operation-record.ts';
import { keepNewest } from './newest-entries.ts';
import type { StoredOperation } from './operation-row.ts';
import type { RowCache, RowCaches } from './row-caches.ts';

/**
 * The size of the buffers that the columns are slices of: those of Node's pool have up to 64 KB, and a checkpoint may be a
 * slice of its message. Larger buffers are rare, and reading them is cheap compared with writing them.
 */
const MAX_BYTES = 3 * 65_536;

/** How many operations that have just ended are kept whole: events and calls about them follow mostly before their end is durable. */
const MAX_ENDED = 256;

/**
 * Operations as this process last wrote them. Most events follow shortly after another event of the same operation, and a parent reads
 * its children shortly after they ended. Neither needs to read what this process has just written.
 *
 * An operation that ended stays whole only for a short time. Its record stays longer, for its parent. The rest is most of its
 * memory, and garbage collection would copy it twice.
 */
export class RecentOperations implements RowCache {
  readonly #active = new Map<string, StoredOperation>();
  readonly #ended = new Map<string, StoredOperation>();
  readonly #endedRecords = new Map<string, OperationRecord>();

  readonly #maxOperations: number;
  readonly #maxEnded: number;

  constructor(caches: RowCaches, maxOperations: number) {
    this.#maxOperations = maxOperations;
    this.#maxEnded = Math.min(maxOperations, MAX_ENDED);
    caches.add(this);
  }

  get(name: string): StoredOperation | undefined {
    return this.#active.get(name) ?? this.#ended.get(name);
  }

  record(name: string): OperationRecord | undefined {
    return this.#active.get(name)?.record ?? this.#endedRecords.get(name);
  }

  /** Call it when the row is written and `keep` is not called. */
  forget(name: string): void {
    this.#active.delete(name);
    if (this.#endedRecords.delete(name)) this.#ended.delete(name);
  }

  /** Replaces what the cache has of the operation. */
  keep(stored: StoredOperation): void {
    const { record } = stored;
    const { name, message, checkpoint, input, completeTime } = record;
    this.forget(name);
    if (held(message) + held(checkpoint) + held(input) > MAX_BYTES) return;
    // Operations that ended have maps of their own, because many of them must not displace the active ones.
    if (completeTime === undefined) {
      add(this.#active, name, stored, this.#maxOperations);
    } else {
      add(this.#ended, name, stored, this.#maxEnded);
      add(this.#endedRecords, name, record, this.#maxOperations);
    }
  }

  clear(): void {
    this.#active.clear();
    this.#ended.clear();
    this.#endedRecords.clear();
  }
}

function add<T>(entries: Map<string, T>, name: string, entry: T, max: number): void {
  entries.set(name, entry);
  keepNewest(entries, max);
}

function held(bytes: Uint8Array | undefined): number {
  return bytes?.buffer.byteLength ?? 0;
}
