import type { ChangeFeed } from '../../shared/orchestrator/ports/change-feed.ts';
import type { OperationOverview } from '../../shared/orchestrator/ports/overview.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { decidedBy } from '../../shared/records/decision.ts';
import { commitWith, operationOf } from './commit.ts';
import { CommitQueue } from './commit-queue.ts';
import { type Connection, openConnection } from './connection.ts';
import { expiry, type RemoveExpired } from './expiry.ts';
import { toFailure } from './failures.ts';
import { listOperations } from './list.ts';
import { migrate } from './migrations.ts';
import { sqliteOverview } from './overview.ts';
import { tablesOf } from './tables.ts';

export interface SqliteStoreOptions {
  /** In memory where absent. */
  readonly file?: string;
  /** The clock that operations expire by: milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The store, and what watches and consoles read beside it. */
export interface ObservableStore extends OperationStore {
  readonly feed: ChangeFeed;
  readonly overview: OperationOverview;
}

const EXPIRY_INTERVAL = 60_000;

/** The store on SQLite, for one process at a time; a file outlives it. Rejects with a Failure. */
export async function openSqliteStore({ file, now }: SqliteStoreOptions = {}): Promise<ObservableStore> {
  try {
    const connection = openConnection(file);
    const queue = new CommitQueue(connection);
    const store = sqliteStore(connection, queue, now);
    return {
      ...store,
      async close() {
        await store.close();
        queue.close();
        connection.close();
      },
    };
  } catch (error) {
    throw toFailure(error);
  }
}

/** The same in a database and a queue of commits that it shares; closing it leaves them open. */
export function sqliteStore(
  connection: Connection,
  queue: CommitQueue,
  now: () => number = Date.now,
): ObservableStore {
  migrate(connection);
  const tables = tablesOf(connection);
  const { operations, history, waits, children, outbox } = tables;
  for (const participant of tables.participants) queue.join(participant);
  const stopExpiry = keepExpiring(queue, expiry(connection, tables), now);

  return {
    feed: tables.changes.feed,
    overview: sqliteOverview(connection),

    commit: (reads, decide) => queue.run(() => commitWith(tables, reads, decide)).then(decidedBy),

    operation: (name) =>
      direct(() => {
        const stored = operations.read(name);
        return stored && operationOf(tables, stored);
      }),
    history: (name, limit) => direct(() => history.newest(name, limit)),
    waitsOf: (name) => direct(() => waits.ofOperation(name)),
    activeChildren: (parent, limit, after) => direct(() => operations.activeChildren(parent, limit, after)),
    list: (query) => direct(() => listOperations(connection, query)),

    wait: (ref) => direct(() => waits.read(ref)),
    tally: (ref, limits) => direct(() => children.tally(ref, limits)),
    children: (ref, limit, after) => direct(() => children.page(ref, limit, after)),
    outcomeCounts: (ref) => direct(() => children.counts(ref)),
    recordOutcomes: (ref, outcomes) => queue.run(() => children.record(ref, outcomes)),
    catchUpChildren: (ref) => queue.run(() => children.catchUp(ref)),
    recordExecution: (ref, execution) => queue.run(() => waits.setExecution(ref, execution)),

    outbox: (name) => direct(() => outbox.ofOperation(name)),
    removeEffects: (name, effects) => queue.run(() => outbox.remove(name, effects)),
    postponeEffect: (name, effect, due) => queue.run(() => outbox.postpone(name, effect, due)),

    dueEffects: (time, limit) => direct(() => outbox.due(time, limit)),
    overdueWaits: (time, limit) => direct(() => waits.overdue(time, limit)),

    async close() {
      stopExpiry();
    },
  };
}

/** Reads of what is committed. */
async function direct<T>(read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    throw toFailure(error);
  }
}

/** At the start and every minute from then on; keeps no process alive. */
function keepExpiring(queue: CommitQueue, removeExpired: RemoveExpired, now: () => number): () => void {
  const expire = async () => {
    while (await queue.run(() => removeExpired(now())));
  };
  // What fails now is tried again the next time.
  const timer = setInterval(() => expire().catch(() => undefined), EXPIRY_INTERVAL).unref();
  expire().catch(() => undefined);
  return () => clearInterval(timer);
}
