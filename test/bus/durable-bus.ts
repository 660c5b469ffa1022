import { Bus } from '../../local/bus/bus.ts';
import type { BusOptions } from '../../local/bus/bus-options.ts';
import { SqliteStorage } from '../../local/bus/sqlite/sqlite-storage.ts';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';

/** A storage in the database file. The file stays open until the process ends, as after a crash. */
export function openStorage(file: string): SqliteStorage {
  const connection = openThreadedConnection(file);
  return new SqliteStorage(connection, new CommitQueue(connection));
}

export function openBus(file: string, options: BusOptions = {}): Bus {
  return new Bus({ ...options, storage: openStorage(file) });
}
