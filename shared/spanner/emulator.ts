/**
 * Everything that only Google's Spanner emulator needs; nothing here runs in production.
 *
 * It has no multiplexed sessions. It runs one read-write transaction at a time and answers the others with ABORTED,
 * without the delay that the client would go by, whose own retries then wait for seconds: so transactions of this
 * process queue for a lock, and one that meets another process's is tried again after a short, random time. Each time the emulator
 * may abort the other one instead, so that the pauses grow: otherwise the processes of a busy machine abort one another for ever.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Spanner } from '@google-cloud/spanner';
import { codeOf } from '../orchestrator/google-error.ts';
import { Failure } from '../orchestrator/ports/failure.ts';
import { CALL, type CallOptions, within } from './call.ts';
import type { Connection } from './connection.ts';
import { ABORTED, ALREADY_EXISTS } from './failures.ts';
import type { Tables } from './tables.ts';
import { attempt, type Transactions, transactionsOf } from './transactions.ts';

export function onEmulator(): boolean {
  return process.env.SPANNER_EMULATOR_HOST !== undefined;
}

/** Before the client opens a database: with multiplexed sessions, its release of a session ends the process. */
export function prepareForEmulator(): void {
  process.env.GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS = 'false';
  process.env.GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS_FOR_RW = 'false';
  // There is no metadata server to be looked for.
  process.env.METADATA_SERVER_DETECTION ??= 'none';
}

/** Instances are configured by hand in production; an emulator starts with none. */
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

/** The client's reads would repeat what was aborted, seconds later and in a transaction that is over. */
const WITHOUT_RETRIES: CallOptions = {
  ...CALL,
  retryRequestOptions: { retries: 0, noResponseRetries: 0, objectMode: true },
};

/** How long another process may keep the emulator to itself, in milliseconds. */
const PATIENCE = 30_000;
/** The longest pause before the first repeat, and before any. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** How long one transaction of this process holds up the others. */
const LONGEST_TURN_MS = 10_000;
/**
 * How long a transaction waits for its turn, at most: a worker waits 5 s for its answer, and asks again. Where turns come later than
 * that, every transaction would be one that its caller has given up, and an overload would last for ever.
 */
const LONGEST_WAIT_MS = 4_000;

export function emulatorTransactions(connection: Connection, tables: Tables): Transactions {
  const { database } = connection;
  const { write } = transactionsOf(connection, tables);
  const exclusive = lockOf(database.formattedName_);
  const readWrite: Transactions['readWrite'] = async (run) => {
    const [transaction] = await database.getTransaction();
    // It begins with its first read, as one that the client's own runner has made.
    transaction.useInRunner();
    try {
      return await attempt(transaction, tables, run, WITHOUT_RETRIES);
    } finally {
      // Gives the session back, also where the transaction did not even begin.
      transaction.end();
    }
  };
  return {
    readWrite: (run) => exclusive(() => patiently(() => readWrite(run))),
    write: (queue) => exclusive(() => patiently(() => write(queue))),
  };
}

async function patiently<T>(task: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE;
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

/** One lock for each database, whatever the number of stores that are open on it. */
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
    // A connection that is lost can leave a task that never settles: it must not hold up the others for ever.
    last = last.then(() => within(LONGEST_TURN_MS, result)).catch(() => undefined);
    return result;
  };
  locks.set(database, lock);
  return lock;
}
