import Libsql from 'libsql';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';

export type SqlValue = string | number | Uint8Array | null;

/** A prepared statement that returns rows, each as its values in the order of the columns. */
export interface Query<Row extends readonly SqlValue[]> {
  first(values: readonly SqlValue[]): Row | undefined;
  all(values: readonly SqlValue[]): readonly Row[];
  /**
   * Like `first`, for a row that no transaction concerns whose commit is under way, and neither does the open one. Such a row is read
   * without waiting for them.
   */
  firstSettled(values: readonly SqlValue[]): Row | undefined;
  allSettled(values: readonly SqlValue[]): readonly Row[];
}

/** A prepared statement that returns no rows. If it fails, it throws, or the transaction is lost: see `commit`. */
export interface Command {
  run(values: readonly SqlValue[]): void;
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
   * Commits, and returns undefined once it is done. A connection whose thread commits returns a promise. From then on the writes
   * survive the end of the process. They survive a power failure once `sync` has resolved.
   *
   * If `commit` throws, the transaction may still be open. If the promise rejects, the transaction is lost with everything that was
   * executed after it, and nothing else is executed before `rollback`.
   */
  commit(): Promise<void> | undefined;
  /** Whether a commit is under way, and may still fail. */
  isCommitting(): boolean;
  /**
   * Waits until everything that was executed before this call is done, also a commit that is under way.
   *
   * @throws UnwrittenRows if it is lost
   */
  settle(): void;
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
export const WRITES = /^\s*(INSERT|UPDATE|DELETE)/i;

/** Opens a database in memory, which this thread executes. A file is opened by ThreadedConnection. */
export function openConnection(): Connection {
  const file = 'the database in memory';
  const database = new Libsql(':memory:');
  database.exec('PRAGMA temp_store = MEMORY');
  let closed = false;
  let writes = 0;
  /** Makes a late reader fail. The library would end the whole process if a closed database is used. */
  const requireOpen = () => {
    if (closed) throw new Failure('unavailable', `${file} is closed`);
  };
  return {
    file,
    query: <Row extends readonly SqlValue[]>(sql: string): Query<Row> => {
      requireOpen();
      const statement = database.prepare(sql).raw();
      const written = WRITES.test(sql) ? 1 : 0;
      const first = (values: readonly SqlValue[]) => {
        requireOpen();
        const row = statement.get(values) as Row | undefined;
        writes += written;
        return row;
      };
      const all = (values: readonly SqlValue[]) => {
        requireOpen();
        const rows = statement.all(values) as Row[];
        writes += written;
        return rows;
      };
      return { first, all, firstSettled: first, allSettled: all };
    },
    command: (sql) => {
      requireOpen();
      const statement = database.prepare(sql);
      return {
        run: (values) => {
          requireOpen();
          statement.run(values);
          writes += 1;
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
      return undefined;
    },
    isCommitting: () => false,
    settle: () => {},
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
    sync: () => undefined,
    scrub: () => {
      requireOpen();
      database.exec('VACUUM');
    },
    close: () => {
      if (closed) return;
      closed = true;
      database.close();
    },
  };
}
