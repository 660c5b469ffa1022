import { MemoryStorage } from '../bus/memory-storage.ts';
import { SqliteStorage } from '../bus/sqlite/sqlite-storage.ts';
import type { BusStorage } from '../bus/storage.ts';
import { CommitQueue } from '../sqlite/commit-queue.ts';
import type { Connection } from '../sqlite/connection.ts';
import { closeQuietly, openDatabase as openSqlite } from '../sqlite/open-database.ts';
import { type SqliteStore, sqliteStore } from '../sqlite/store.ts';
import { DataFolder } from './data-folder.ts';

/**
 * The database of operations and messages. The store and the bus share a connection, so that an event needs one commit to
 * disk for its changes in both.
 */
export interface Database {
  readonly store: SqliteStore;
  /** The commit queue that the store and the bus share. */
  readonly queue: CommitQueue;
  readonly storage: BusStorage;
  /** undefined if the database is in memory. */
  readonly folder: DataFolder | undefined;
  /** Closes the database. Call it after the store and the bus are closed. */
  close(): void;
}

/**
 * Opens the database, in memory or in one file below `path`.
 *
 * @throws Error that names the file if it is not a database of this project, and FolderInUse
 */
export async function openDatabase(
  path: string | undefined,
  now: () => number,
  connect: typeof openSqlite = openSqlite,
): Promise<Database> {
  const folder = path === undefined ? undefined : new DataFolder(path);
  let connection: Connection | undefined;
  try {
    connection = connect(folder?.file);
    if (folder) requireOwnTables(connection);
    const queue = new CommitQueue(connection);
    const opened = connection;
    return {
      queue,
      store: sqliteStore(connection, queue, now),
      storage: folder ? new SqliteStorage(connection, queue) : new MemoryStorage(),
      folder,
      close() {
        try {
          queue.close();
          opened.close();
        } finally {
          folder?.close();
        }
      },
    };
  } catch (error) {
    closeQuietly(connection);
    folder?.close();
    if (!folder) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    // Some errors name the file.
    const whole = reason.includes(folder.file) ? reason : `${folder.file} cannot be used: ${reason}`;
    throw new Error(whole, { cause: error });
  }
}

/** Refuses a database of another program, so that the tables of this project are not created in it. */
function requireOwnTables(connection: Connection): void {
  const tables = connection.query<[string]>("SELECT name FROM sqlite_schema WHERE type = 'table'").all([]);
  if (tables.length === 0 || tables.some(([name]) => name === 'operations')) return;
  throw new Error(`it belongs to another program, because it has the table ${tables[0]?.[0]}`);
}
