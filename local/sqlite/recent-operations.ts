import type { Connection } from './connection.ts';
import type { StoredOperation } from './operation-row.ts';
import type { Participant } from './participant.ts';

const MAX_OPERATIONS = 1_000;
/**
 * The size of the buffers that the columns are slices of: those of Node's pool have up to 64 KB, and a checkpoint may be a
 * slice of its message. Larger buffers are rare, and reading them is cheap compared with writing them.
 */
const MAX_BYTES = 3 * 65_536;

/**
 * Active operations as this process last wrote them. Most events follow shortly after another event of the same operation,
 * and need not read what this process has just written.
 *
 * Invariant: within a transaction, an operation in this cache is equal to its row. A rollback undoes writes, and another
 * process may have written too: either one clears the cache.
 */
export function recentOperations(connection: Connection) {
  const operations = new Map<string, StoredOperation>();
  // Changes with every commit of another connection. https://www.sqlite.org/pragma.html#pragma_data_version
  const dataVersion = connection.query<[number]>('PRAGMA data_version');
  let version: number | undefined;
  /** Whether no other process has written, as far as this transaction can see. */
  let checked = false;

  const participant: Participant = {
    begin() {
      checked = false;
    },
    rolledBack: () => operations.clear(),
  };

  /**
   * Called at the first read of a transaction, not at its beginning: in a quiet system most transactions contain only
   * messages and need no check.
   */
  const check = () => {
    checked = true;
    const current = dataVersion.first([])?.[0];
    if (current !== version) operations.clear();
    version = current;
  };

  return {
    participant,
    get(name: string): StoredOperation | undefined {
      if (!checked && operations.size > 0) check();
      return operations.get(name);
    },
    /** Forgets an operation whose row another function than `keep` writes. */
    forget(name: string): void {
      operations.delete(name);
    },
    /** Replaces what the cache has of the operation. */
    keep(stored: StoredOperation): void {
      const { name, message, checkpoint, input, completeTime } = stored.record;
      operations.delete(name);
      // A terminal operation gets no more events, and may expire.
      if (completeTime !== undefined || held(message) + held(checkpoint) + held(input) > MAX_BYTES) return;
      operations.set(name, stored);
      const [oldest] = operations.keys();
      if (operations.size > MAX_OPERATIONS && oldest !== undefined) operations.delete(oldest);
    },
  };
}

function held(bytes: Uint8Array | undefined): number {
  return bytes?.buffer.byteLength ?? 0;
}
