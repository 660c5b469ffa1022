import { type Connection, openConnection } from './connection.ts';
import { openThreadedConnection } from './thread/threaded-connection.ts';

/**
 * Opens a database file in a thread of its own, or a database in memory in this thread, where it answers sooner.
 *
 * @throws Failure that names the file if it is not a database
 */
export function openDatabase(file: string | undefined): Connection {
  return file === undefined ? openConnection() : openThreadedConnection(file);
}

/** The error to show is the one that caused the database to be closed. */
export function closeQuietly(connection: Connection | undefined): void {
  try {
    connection?.close();
  } catch {}
}
