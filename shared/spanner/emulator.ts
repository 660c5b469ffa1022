/**
 * Everything that only Google's Spanner emulator needs; nothing here runs in production.
 *
 * It has no multiplexed sessions. It runs one read-write transaction at a time and answers the others with ABORTED,
 * without the delay that the client would go by, which then waits for seconds: so transactions of this process queue
 * for a lock, and those that meet another process's are tried again after a short time that is random.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Spanner } from '@google-cloud/spanner';
import type { Connection } from './database.ts';
import { ABORTED, codeOf } from './failures.ts';
import type { Tables } from './tables.ts';
import { type Transactions, transactionsOf } from './transactions.ts';

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

const ALREADY_EXISTS = 6;

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

const MAX_ATTEMPTS = 200;
const MAX_DELAY = 20;

export function emulatorTransactions(connection: Connection, tables: Tables): Transactions {
  const direct = transactionsOf(connection, tables);
  const exclusive = lockOf(connection.database.formattedName_);
  return {
    readWrite: (run) => exclusive(() => patiently(() => direct.readWrite(run))),
    write: (queue) => exclusive(() => patiently(() => direct.write(queue))),
  };
}

async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (codeOf(error) !== ABORTED || attempts === MAX_ATTEMPTS) throw error;
      await sleep(Math.random() * MAX_DELAY);
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
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
  locks.set(database, lock);
  return lock;
}
