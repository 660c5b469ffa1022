import type { Participant } from './commit-queue.ts';
import type { Connection } from './connection.ts';
import type { StoredOperation } from './operation-row.ts';

const MAX_OPERATIONS = 1_000;
/**
 * Of the buffers that the columns are parts of: of Node's pool, which has up to 64 KB, and in a checkpoint's case maybe
 * of the message it came in. Greater ones are rare, and cheap to read beside what it takes to write them.
 */
const MAX_BYTES = 3 * 65_536;

/**
 * Active operations as this process last wrote them: most events come soon after the one before, and need not read again
 * what it wrote.
 *
 * Invariant: within a transaction, an operation that is here is as its row. A rollback takes back what was written,
 * and another process may have written too: either clears all.
 */
export function recentOperations(connection: Connection) {
  const operations = new Map<string, StoredOperation>();
  // It changes with every commit of another connection. https://www.sqlite.org/pragma.html#pragma_data_version
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

  /** Not at the beginning: most transactions of a quiet system have only messages in them, and need not ask. */
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
    /** Its row is written by something else than `keep`. */
    forget(name: string): void {
      operations.delete(name);
    },
    /** Instead of what there was of it. */
    keep(stored: StoredOperation): void {
      const { name, message, checkpoint, input, completeTime } = stored.record;
      operations.delete(name);
      // Nothing comes any more of one that is complete; and it may expire.
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
