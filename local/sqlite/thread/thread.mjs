/**
 * The thread that has the database open for writing. It executes what threaded-connection.ts sends, in the order in which it was sent.
 *
 * A message has a batch of statements, and may have a request. The answer to a request with `blocks` goes to `answers`, and the counter in
 * `signal` wakes the main thread, which sleeps meanwhile. Other requests are answered by a message of this thread.
 *
 * Invariant: after a statement or a commit has failed, nothing is executed until the main thread has asked for the rollback, because
 * everything that it has sent meanwhile builds on the lost transaction. Every request is answered, whatever happens.
 *
 * It is JavaScript, because Node starts a thread from a file, without the loader that a TypeScript file may need.
 */
import { close, fdatasync, fstatSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import Libsql from 'libsql';

/** The places in `signal`, which database-thread.ts explains. */
const PLACES = { answers: 0, ended: 1, descriptor: 2, inode: 3 };
/** Statements that have no prepared form. Their numbers are in statement-batch.ts. */
const BEGIN = 0;
/** The largest number of prepared queries. */
const MAX_QUERIES = 256;

const { file, timeoutMs, setUp, answers, signal } = workerData;
const shared = new Int32Array(signal);
/** @type {import('libsql').Database | undefined} */
let database;
/** Whether a transaction has begun. SQLite may have rolled it back since then. */
let isOpen = false;
/** Why the transaction is lost, until the main thread asks for the rollback. */
let lost;
/** The number of transactions that are committed. */
let commits = 0;
/** The number of commits of other processes, by the last transaction. */
let version;
/** The descriptor of the write-ahead log, and the number of its synchronizations under way. */
let log;
let syncing = 0;
let isClosed = false;
const commands = new Map();
const queries = new Map();

// The main thread may sleep, and would not learn of the end. Out of memory, no event of this thread says it, but Node closes what this
// thread has opened. The descriptor is not that of the database: to close it would end SQLite's locks.
const life = openSync(fileURLToPath(import.meta.url));
Atomics.store(shared, PLACES.inode, Number(BigInt.asIntN(32, fstatSync(life, { bigint: true }).ino)));
Atomics.store(shared, PLACES.descriptor, life + 1);
process.on('uncaughtExceptionMonitor', (error) => answers.postMessage({ ended: described(error) }));
process.on('exit', () => {
  Atomics.store(shared, PLACES.ended, 1);
  wakeMain();
});

parentPort.on('message', ({ batch, request }) => {
  if (batch) {
    // Each statement is sent once, so it has to be known also where nothing is executed.
    for (const [number, text] of batch.sql) commands.set(number, text);
    if (!lost) execute(batch);
  }
  if (!request) return;
  if (request.blocks) {
    answers.postMessage({ ...answerTo(request), commits });
    wakeMain();
  } else if (request.kind === 'sync') {
    sync(request, (answer) => parentPort.postMessage({ id: request.id, answer }));
  } else {
    const answer = answerTo(request);
    parentPort.postMessage({ id: request.id, answer: { ...answer, commits } });
  }
});

function wakeMain() {
  Atomics.add(shared, PLACES.answers, 1);
  Atomics.notify(shared, PLACES.answers);
}

function answerTo(request) {
  // The main thread asks for the rollback after it has read why the transaction is lost.
  if (lost && request.kind !== 'rollback' && request.kind !== 'close') return { lost };
  try {
    return { value: REQUESTS[request.kind](request) };
  } catch (error) {
    if (request.kind === 'commit') lost = { stage: 'commit', ...described(error) };
    // SQLite rolls back by itself after some errors, including errors of reads.
    else if (isOpen && !database.inTransaction) lost = { stage: 'statement', ...described(error) };
    return lost ? { lost } : { error: described(error) };
  }
}

const REQUESTS = {
  open() {
    database = new Libsql(file, { timeout: timeoutMs });
    for (const sql of setUp) database.exec(sql);
  },
  first: ({ sql, values }) => prepared(sql).get(values),
  all: ({ sql, values }) => prepared(sql).all(values),
  execute: ({ sql }) => void database.exec(sql),
  settle() {},
  commit() {
    database.exec('COMMIT');
    isOpen = false;
    commits += 1;
  },
  rollback() {
    lost = undefined;
    isOpen = false;
    if (database.inTransaction) database.exec('ROLLBACK');
  },
  /** Returns whether everything that is committed is durable. */
  close() {
    isClosed = true;
    endIfDone();
    try {
      // SQLite does this when the last statement is finalized, but the library keeps statements. The log is empty afterwards.
      const [isBusy] = database?.prepare('PRAGMA wal_checkpoint(TRUNCATE)').raw().get([]) ?? [1];
      return isBusy === 0;
    } catch {
      // On a full disk the log keeps its data. The next process that opens the database copies it.
      return false;
    } finally {
      database?.close();
    }
  },
};

function prepared(sql) {
  const query = queries.get(sql) ?? database.prepare(sql).raw();
  queries.delete(sql);
  queries.set(sql, query);
  if (queries.size > MAX_QUERIES) queries.delete(queries.keys().next().value);
  return query;
}

/** Executes the statements of a batch: each is its number, the number of its values, and the values. */
function execute({ values, bytesAt, bytes }) {
  let offset = 0;
  for (const at of bytesAt) {
    const end = offset + values[at];
    values[at] = bytes.subarray(offset, end);
    offset = end;
  }
  let stage = 'begin';
  try {
    for (let at = 0; at < values.length; ) {
      const number = values[at];
      const first = at + 2;
      at = first + values[at + 1];
      stage = number === BEGIN ? 'begin' : 'statement';
      if (number !== BEGIN) {
        command(number).run(values.slice(first, at));
        continue;
      }
      begin();
    }
  } catch (error) {
    lost = { stage, ...described(error) };
    if (database.inTransaction) database.exec('ROLLBACK');
  }
}

function begin() {
  database.exec('BEGIN IMMEDIATE');
  isOpen = true;
  // What the main thread has decided, and has in its caches, does not know what another process wrote. The number changes
  // with every commit of another connection. https://www.sqlite.org/pragma.html#pragma_data_version
  const [current] = prepared('PRAGMA data_version').get([]);
  const isForeign = version !== undefined && current !== version;
  version = current;
  if (isForeign)
    throw Object.assign(new Error('Another process has written the database.'), { code: 'SQLITE_BUSY' });
}

function command(number) {
  if (!isOpen) throw new Error('Outside a transaction, each statement would be a transaction of its own.');
  let statement = commands.get(number);
  if (typeof statement === 'string') {
    statement = database.prepare(statement);
    commands.set(number, statement);
  }
  return statement;
}

/** The log has one inode from the first commit until the last connection closes. */
function sync({ covers }, answer) {
  // What is committed becomes durable also if a later transaction is lost.
  if (commits < covers) return void answer({ lost });
  try {
    // Windows synchronizes only files that are open for writing.
    log ??= openSync(`${file}-wal`, 'r+');
    syncing += 1;
    fdatasync(log, (error) => {
      syncing -= 1;
      answer(error ? { error: described(error) } : {});
      endIfDone();
    });
  } catch (error) {
    answer({ error: described(error) });
  }
}

/** Not while a thread of Node's pool uses the descriptor, because another file could get its number. */
function endIfDone() {
  if (!isClosed || syncing > 0) return;
  if (log !== undefined) close(log, () => undefined);
  parentPort.close();
}

function described(error) {
  return { message: error instanceof Error ? error.message : String(error), code: error?.code };
}
