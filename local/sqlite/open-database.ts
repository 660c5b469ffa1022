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
