import Database from 'libsql';
import { Bus, type BusOptions } from '../../local/bus/bus.ts';
import { GroupCommit } from '../../local/bus/sqlite/group-commit.ts';
import { SqliteStorage } from '../../local/bus/sqlite/sqlite-storage.ts';

/** A storage in the database file. The file stays open until the process ends, as after a crash. */
export function openStorage(file: string): SqliteStorage {
  const database = new Database(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
  return new SqliteStorage(database, new GroupCommit(database));
}

export function openBus(file: string, options: BusOptions = {}): Bus {
  return new Bus({ ...options, storage: openStorage(file) });
}
