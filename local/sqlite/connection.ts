import { resolve } from 'node:path';
import Libsql from 'libsql';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { toFailure } from './failures.ts';
import { LogFile } from './log-file.ts';

export type SqlValue = string | number | Uint8Array | null;

/** A prepared statement that returns rows, each as its values in the order of the columns. */
export interface Query<Row extends readonly SqlValue[]> {
  first(values: readonly SqlValue[]): Row | undefined;
  all(values: readonly SqlValue[]): readonly Row[];
}

/** A prepared statement that returns no rows. */
export interface Command {
  run(values: readonly SqlValue[]): Written;
}

export interface Written {
  /** The number of rows that it wrote or deleted. */
  readonly changes: number;
  /** The number of the inserted row. */
  readonly id: number;
}

export interface Connection {
  /** The name of the database in errors. */
  readonly file: string;
  query<Row extends readonly SqlValue[]>(sql: string): Query<Row>;
  command(sql: string): Command;
  /** Runs statements without values. */
  execute(sql: string): void;
  /** Begins a transaction that locks out other writers. */
  begin(): void;
  /**
   * From then on the writes survive the end of the process. They survive a power failure once `sync` has resolved. If `commit`
   * throws, the transaction may still be open.
   */
  commit(): void;
  /** Does nothing if SQLite has already rolled back by itself, as it does after some errors. */
  rollback(): void;
  /** Whether a transaction is open. False if SQLite has rolled it back by itself. */
  inTransaction(): boolean;
  /** Runs the function in a transaction of its own, which is rolled back if the function throws. */
  transaction<T>(run: () => T): T;
  /** The number of successful write statements since the connection was opened. */
  writes(): number;
  /** Counts a row that is deferred to the end of the transaction as a write. */
  noteWrite(): void;
  /** Runs reads in one snapshot. Without a snapshot, another process could write between two statements. */
  snapshot<T>(read: () => T): T;
  /**
   * Resolves once all transactions that have returned are on disk. Returns undefined in memory, where there is nothing to
   * wait for. After a rejection the writes may be lost, and a later call that resolves would prove nothing, because the
   * kernel reports a failed write only once.
   */
  sync(): Promise<void> | undefined;
  /**
   * Removes the bytes of deleted and replaced rows from the files: rewrites the database without its free space, and empties the
   * log. Blocks the process for a time in proportion to the size of the database.
   *
   * @throws Failure `unavailable` if another process reads the database
   */
  scrub(): void;
  close(): void;
}

/** A query that writes, and returns the written rows (RETURNING). */
const WRITES = /^\s*(INSERT|UPDATE|DELETE)/i;

/** How long a write waits for the write of another process, in milliseconds. */
const BUSY_TIMEOUT = 5_000;

/**
 * The size of the write-ahead log at which a commit copies it into the database, in pages: 16 MB. With SQLite's default of
 * 1,000 pages, one in a hundred small commits took milliseconds longer.
 */
const CHECKPOINT_PAGES = 4_000;

/**
 * Opens a database: in memory if no file is named.
 *
 * @throws Failure that names the file if it is not a database
 */
export function openConnection(file: string | undefined): Connection {
  const name = file ?? 'the database in memory';
  const database = open(file, name);
  const log = file === undefined ? undefined : new LogFile(resolve(file));
  let closed = false;
  let writes = 0;
  /** Makes a late reader fail. The library would end the whole process if a closed database is used. */
  const requireOpen = () => {
    if (closed) throw new Failure('unavailable', `${name} is closed`);
  };
  return {
    file: name,
    query: <Row extends readonly SqlValue[]>(sql: string): Query<Row> => {
      requireOpen();
      const statement = database.prepare(sql).raw();
      const written = WRITES.test(sql) ? 1 : 0;
      return {
        first: (values) => {
          requireOpen();
          const row = statement.get(values) as Row | undefined;
          writes += written;
          return row;
        },
        all: (values) => {
          requireOpen();
          const rows = statement.all(values) as Row[];
          writes += written;
          return rows;
        },
      };
    },
    command: (sql) => {
      requireOpen();
      const statement = database.prepare(sql);
      return {
        run: (values) => {
          requireOpen();
          const { changes, lastInsertRowid } = statement.run(values);
          writes += 1;
          return { changes, id: Number(lastInsertRowid) };
        },
      };
    },
    execute: (sql) => {
      requireOpen();
      database.exec(sql);
    },
    begin: () => {
      requireOpen();
      database.exec('BEGIN IMMEDIATE');
    },
    commit: () => {
      requireOpen();
      database.exec('COMMIT');
    },
    rollback: () => {
      requireOpen();
      if (database.inTransaction) database.exec('ROLLBACK');
    },
    inTransaction: () => !closed && database.inTransaction,
    transaction: (run) => {
      requireOpen();
      database.exec('BEGIN IMMEDIATE');
      try {
        const value = run();
        database.exec('COMMIT');
        return value;
      } finally {
        // The transaction still exists after an error, unless SQLite has rolled it back because of the kind of the error.
        if (database.inTransaction) database.exec('ROLLBACK');
      }
    },
    writes: () => writes,
    noteWrite: () => {
      writes += 1;
    },
    snapshot: (read) => {
      requireOpen();
      if (database.inTransaction) return read();
      database.exec('BEGIN');
      try {
        return read();
      } finally {
        database.exec('COMMIT');
      }
    },
    sync: () => log?.sync(),
    scrub: () => {
      requireOpen();
      try {
        database.exec('VACUUM');
      } catch (error) {
        throw toFailure(error);
      }
      if (file === undefined) return;
      const [isBusy] = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').raw().get() as [number];
      if (isBusy)
        throw new Failure('unavailable', `Another process reads ${name}, so its log cannot be emptied.`);
    },
    close: () => {
      if (closed) return;
      closed = true;
      log?.close();
      try {
        // SQLite does this when the last statement is finalized, but the library keeps statements. The log is empty
        // afterwards.
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } catch {
        // On a full disk the log keeps its data. The next process that opens the database copies it.
      } finally {
        database.close();
      }
    },
  };
}

function open(file: string | undefined, name: string): Libsql.Database {
  let database: Libsql.Database | undefined;
  try {
    database = new Libsql(file ?? ':memory:', { timeout: BUSY_TIMEOUT });
    // NORMAL: a commit does not wait for the disk. `sync` does. The file is consistent at any moment: see log-file.ts.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY');
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    // What a killed process wrote without synchronizing can be read from now on, so it has to be on disk.
    if (file !== undefined) database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return database;
  } catch (error) {
    database?.close();
    const { kind, message } = toFailure(error);
    throw new Failure(kind, `The database ${name} cannot be opened: ${message}`, {
      cause: error,
      fault: 'deployment',
    });
  }
}
