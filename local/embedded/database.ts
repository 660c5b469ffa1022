import { MemoryStorage } from '../bus/memory-storage.ts';
import { SqliteStorage } from '../bus/sqlite/sqlite-storage.ts';
import type { BusStorage } from '../bus/storage.ts';
import { CommitQueue } from '../sqlite/commit-queue.ts';
import { type Connection, openConnection } from '../sqlite/connection.ts';
import { type SqliteStore, sqliteStore } from '../sqlite/store.ts';
import { DataFolder } from './data-folder.ts';

/** Operations and messages. They share a connection, so that what one event does to both takes one commit to disk. */
export interface Database {
  readonly store: SqliteStore;
  /** The commits that store and bus share. */
  readonly queue: CommitQueue;
  readonly storage: BusStorage;
  /** undefined in memory. */
  readonly folder: DataFolder | undefined;
  /** Once store and bus are closed. */
  close(): void;
}

/**
 * In memory, or in one file below `path`.
 *
 * @throws Error that names the file where it is no database of this project, and DataFolderInUse
 */
export async function openDatabase(
  path: string | undefined,
  now: () => number,
  connect: typeof openConnection = openConnection,
): Promise<Database> {
  const folder = path === undefined ? undefined : await DataFolder.open(path);
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
        queue.close();
        opened.close();
        folder?.close();
      },
    };
  } catch (error) {
    closeQuietly(connection);
    folder?.close();
    if (!folder) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${folder.file} cannot be used: ${reason}`, { cause: error });
  }
}

/** A database of another program must not get our tables beside its own. */
function requireOwnTables(connection: Connection): void {
  const tables = connection.query<[string]>("SELECT name FROM sqlite_schema WHERE type = 'table'").all([]);
  if (tables.length === 0 || tables.some(([name]) => name === 'operations')) return;
  throw new Error(`it is a database of another program, with the table ${tables[0]?.[0]}`);
}

/** The reason why the database is closed is the error to show. */
function closeQuietly(connection: Connection | undefined): void {
  try {
    connection?.close();
  } catch {}
}
