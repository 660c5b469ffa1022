import { resolve } from 'node:path';
import Libsql from 'libsql';
import { Failure } from '../../../shared/orchestrator/ports/failure.ts';
import { type Connection, type Query, type SqlValue, WRITES } from '../connection.ts';
import { toFailure } from '../failures.ts';
import { UnwrittenRows } from '../unwritten-rows.ts';
import { DatabaseThread, type Question } from './database-thread.ts';
import { LostTransaction } from './lost-transaction.ts';
import { StatementBatch } from './statement-batch.ts';

/** How long a transaction waits for one of another process, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * The size of the write-ahead log at which a commit copies it into the database, in pages: 16 MB. With SQLite's default of
 * 1,000 pages, one in a hundred small commits took milliseconds longer.
 */
const CHECKPOINT_PAGES = 4_000;

/**
 * Copies the log into the database, and empties the log. Returns a row with a number that is not 0 if another process prevented it.
 * https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
 */
const EMPTY_LOG = 'PRAGMA wal_checkpoint(TRUNCATE)';

/**
 * The number of collected values at which they are sent, also without a query or commit: the thread executes what is decided while the
 * main thread decides the rest of the transaction.
 */
const SENT_AHEAD = 512;

/** The statements that the thread executes first. */
const SET_UP = [
  // NORMAL: a commit does not wait for the disk. `sync` does. The file is consistent at any moment.
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY',
  `PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
  // What a killed process wrote without synchronizing can be read from now on, so it has to be on disk.
  EMPTY_LOG,
];

/**
 * Opens a database file for this process alone. A thread executes the statements, so that the event loop does not wait for them.
 *
 * Commands are collected, and sent in parts, the last part together with the next query or commit. A command that fails is noticed there,
 * and the transaction is lost. A query is answered by a connection of the main thread if nothing that it could miss is under way. Otherwise
 * the main thread waits for the thread, which costs a few microseconds and the time for the statements before it.
 *
 * @throws Failure that names the file if it is not a database
 */
export function openThreadedConnection(file: string): Connection {
  const thread = new DatabaseThread({
    file: resolve(file),
    timeoutMs: BUSY_TIMEOUT_MS,
    setUp: SET_UP,
  });
  try {
    thread.ask({ kind: 'open' }, undefined);
    return connectionOf(file, thread);
  } catch (error) {
    closeQuietly(thread);
    const { kind, message } = toFailure(error);
    throw new Failure(kind, `The database ${file} cannot be opened: ${message}`, {
      cause: error,
      fault: 'deployment',
    });
  }
}

function connectionOf(file: string, thread: DatabaseThread): Connection {
  /** Reads what the thread has committed. */
  const reader = new Libsql(file, { timeout: BUSY_TIMEOUT_MS, readonly: true });
  const batch = new StatementBatch();
  /** Whether a transaction has begun here. */
  let isOpen = false;
  /** Whether the thread has statements of the open transaction. */
  let isSent = false;
  /** The number of transactions that were committed or sent to be committed. */
  let sentCommits = 0;
  let isClosed = false;
  /** Whether the connection is closed, and everything that was committed is durable. */
  let isEmptied = false;
  let writes = 0;

  /** Makes a late reader fail. The library would end the whole process if a closed database is used. */
  const requireOpen = () => {
    if (isClosed) throw new Failure('unavailable', `${file} is closed`);
  };
  /** Whether the reader sees everything that was executed. */
  const isSettled = () => !isCommitting() && !isSent && batch.isEmpty;
  const isCommitting = () => sentCommits > thread.commits;
  const sendAhead = () => {
    isSent = true;
    thread.send(batch.take());
  };
  /** @throws UnwrittenRows if a statement or a commit that was sent before has failed */
  const ask = (question: Question): unknown => {
    requireOpen();
    const sent = batch.take();
    if (isOpen) isSent = true;
    try {
      return thread.ask(question, sent);
    } catch (error) {
      throw error instanceof LostTransaction ? new UnwrittenRows(error) : error;
    }
  };
  const begin = () => {
    requireOpen();
    batch.begin();
    isOpen = true;
  };
  const commit = () => {
    requireOpen();
    isOpen = false;
    isSent = false;
    sentCommits += 1;
    return thread.request({ kind: 'commit' }, batch.take());
  };
  const settle = () => {
    ask({ kind: 'settle' });
  };
  const rollback = () => {
    requireOpen();
    batch.drop();
    isOpen = false;
    isSent = false;
    thread.ask({ kind: 'rollback' }, undefined);
    sentCommits = thread.commits;
  };

  return {
    file,
    query: <Row extends readonly SqlValue[]>(sql: string): Query<Row> => {
      requireOpen();
      const isWrite = WRITES.test(sql);
      let prepared: Libsql.Statement | undefined;
      const read = () => {
        requireOpen();
        prepared ??= reader.prepare(sql).raw();
        return prepared;
      };
      const asked = (kind: 'first' | 'all', values: readonly SqlValue[]) => {
        const answer = ask({ kind, sql, values });
        if (isWrite) writes += 1;
        return answer;
      };
      const firstSettled = (values: readonly SqlValue[]) => read().get(values) as Row | undefined;
      const allSettled = (values: readonly SqlValue[]) => read().all(values) as Row[];
      return {
        first: (values) =>
          !isWrite && isSettled() ? firstSettled(values) : (asked('first', values) as Row | undefined),
        all: (values) => (!isWrite && isSettled() ? allSettled(values) : (asked('all', values) as Row[])),
        firstSettled,
        allSettled,
      };
    },
    command: (sql) => {
      requireOpen();
      const number = batch.numberOf(sql);
      return {
        run: (values) => {
          requireOpen();
          if (!isOpen) throw new Error(`This is executed only in a transaction: ${sql}`);
          batch.add(number, values);
          writes += 1;
          if (batch.length >= SENT_AHEAD) sendAhead();
        },
      };
    },
    execute: (sql) => {
      ask({ kind: 'execute', sql });
    },
    begin,
    commit,
    isCommitting,
    settle,
    rollback,
    inTransaction: () => isOpen && !isClosed,
    transaction: (run) => {
      begin();
      try {
        const value = run();
        // `settle` throws what the promise rejects with.
        commit().catch(() => {});
        settle();
        return value;
      } catch (error) {
        rollback();
        throw error;
      }
    },
    writes: () => writes,
    noteWrite: () => {
      writes += 1;
    },
    snapshot: (read) => {
      requireOpen();
      // The thread reads nothing else between two questions of one call.
      if (!isSettled() || reader.inTransaction) return read();
      reader.exec('BEGIN');
      try {
        return read();
      } finally {
        reader.exec('COMMIT');
      }
    },
    sync: () => {
      if (isEmptied) return undefined;
      requireOpen();
      return thread.request({ kind: 'sync', covers: sentCommits }, undefined);
    },
    scrub: () => {
      try {
        ask({ kind: 'execute', sql: 'VACUUM' });
      } catch (error) {
        throw toFailure(error);
      }
      const [isBusy] = ask({ kind: 'first', sql: EMPTY_LOG, values: [] }) as [number];
      if (isBusy)
        throw new Failure('unavailable', `Another process reads ${file}, so its log cannot be emptied.`);
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      // The last connection to close empties and removes the log.
      reader.close();
      isEmptied = thread.ask({ kind: 'close' }, undefined) === true;
    },
  };
}

function closeQuietly(thread: DatabaseThread): void {
  try {
    thread.ask({ kind: 'close' }, undefined);
  } catch {}
}
