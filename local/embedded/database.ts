import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MemoryStorage } from '../bus/memory-storage.ts';
import { SqliteStorage } from '../bus/sqlite/sqlite-storage.ts';
import type { BusStorage } from '../bus/storage.ts';
import { CommitQueue } from '../sqlite/commit-queue.ts';
import { openConnection } from '../sqlite/connection.ts';
import { type ObservableStore, sqliteStore } from '../sqlite/store.ts';

/** Operations and messages. They share a connection, so that what one event does to both takes one commit to disk. */
export interface Database {
  readonly store: ObservableStore;
  readonly storage: BusStorage;
  /** Once store and bus are closed. */
  close(): void;
}

/** In memory, or in one file below `folder`. */
export async function openDatabase(
  folder: string | undefined,
  now: () => number,
  connect: typeof openConnection = openConnection,
): Promise<Database> {
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const connection = connect(folder && join(folder, 'lro.db'));
  const queue = new CommitQueue(connection);
  return {
    store: sqliteStore(connection, queue, now),
    storage: folder === undefined ? new MemoryStorage() : new SqliteStorage(connection, queue),
    close() {
      queue.close();
      connection.close();
    },
  };
}
