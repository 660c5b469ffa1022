/**
 * Workarounds for Google's Spanner emulator. Nothing here runs in production.
 *
 * The emulator has no multiplexed sessions. It runs one read-write transaction at a time, and aborts the others without a retry delay,
 * so the client's own retries wait for seconds. Therefore transactions of this process queue for a lock, and a transaction that
 * conflicts with another process is retried after a short, random pause. The pauses grow, because the emulator may abort either
 * transaction, and the processes of a busy machine would abort each other forever.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Spanner } from '@google-cloud/spanner';
import { codeOf } from '../orchestrator/google-error.ts';
import { Failure } from '../orchestrator/ports/failure.ts';
import { CALL, type CallOptions, within } from './call.ts';
import { type Connection, inOpenDatabase } from './connection.ts';
import { ABORTED, ALREADY_EXISTS } from './failures.ts';
import type { Tables } from './tables.ts';
import { attempt, type Transactions, transactionsOf } from './transactions.ts';

export function onEmulator(): boolean {
  return process.env.SPANNER_EMULATOR_HOST !== undefined;
}

/** Call it before the client opens a database. With multiplexed sessions, the release of a session would end the process. */
export function prepareForEmulator(): void {
  process.env.GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS = 'false';
  process.env.GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS_FOR_RW = 'false';
  // Without it, the client looks for a metadata server.
  process.env.METADATA_SERVER_DETECTION ??= 'none';
}

/** Creates the instance, because an emulator starts without instances. */
export async function createEmulatorInstance(spanner: Spanner, name: string): Promise<void> {
  try {
    const [, operation] = await spanner.createInstance(name, {
      config: 'emulator-config',
      nodes: 1,
      displayName: name,
    });
    await operation.promise();
  } catch (error) {
    if (codeOf(error) !== ALREADY_EXISTS) throw error;
  }
}

/** Turns off the retries of reads, which would repeat an aborted read seconds later in a transaction that has ended. */
const WITHOUT_RETRIES: CallOptions = {
  ...CALL,
  retryRequestOptions: { retries: 0, noResponseRetries: 0, objectMode: true },
};

/** How long another process may block the emulator, in milliseconds. */
const PATIENCE_MS = 30_000;
/** The longest pauses: before the first retry, and before any later retry. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** How long one transaction of this process may block the others. */
const LONGEST_TURN_MS = 10_000;
/**
 * The longest time that a transaction waits for the lock. A worker waits 5 s for an answer, and then retries. With a longer limit, an
 * overload would never end, because every transaction would be one whose caller has already retried.
 */
const LONGEST_WAIT_MS = 4_000;

export function emulatorTransactions(connection: Connection, tables: Tables): Transactions {
  const { write } = transactionsOf(connection, tables);
  const exclusive = lockOf(connection.database.formattedName_);
  const readWrite: Transactions['readWrite'] = (run) =>
    inOpenDatabase(connection, async (database) => {
      const [transaction] = await database.getTransaction();
      // It begins with its first read, as one that the client's own runner has made.
      transaction.useInRunner();
      try {
        return await attempt(transaction, tables, run, WITHOUT_RETRIES);
      } finally {
        // Returns the session to the pool, even if the transaction did not begin.
        transaction.end();
      }
    });
  return {
    readWrite: (run) => exclusive(() => patiently(() => readWrite(run))),
    write: (queue) => exclusive(() => patiently(() => write(queue))),
  };
}

async function patiently<T>(task: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
    try {
      return await task();
    } catch (error) {
      if (codeOf(error) !== ABORTED || performance.now() > end) throw error;
      await sleep(Math.random() * pauseMs);
    }
  }
}

type Lock = <T>(task: () => Promise<T>) => Promise<T>;

const locks = new Map<string, Lock>();

/** One lock for each database, which all its stores share. */
function lockOf(database: string): Lock {
  const held = locks.get(database);
  if (held) return held;
  let last: Promise<unknown> = Promise.resolve();
  const lock: Lock = (task) => {
    const askTime = performance.now();
    const result = last.then(() => {
      if (performance.now() - askTime < LONGEST_WAIT_MS) return task();
      throw new Failure('unavailable', 'Spanner: the emulator is overloaded');
    });
    // After a lost connection a task may never settle. It must not block the others forever.
    last = last.then(() => within(LONGEST_TURN_MS, result)).catch(() => undefined);
    return result;
  };
  locks.set(database, lock);
  return lock;
}
