import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Change, Commit } from '../../shared/orchestrator/ports/commit.ts';
import type { ObservableStore } from '../../shared/orchestrator/ports/observable-store.ts';
import type { OperationData } from '../../shared/orchestrator/ports/operation-data.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { type Decision, decidedBy, isThrown } from '../../shared/records/decision.ts';
import { type Access, aheadAccess, durableAccess } from './access.ts';
import { backlogQuery } from './backlog.ts';
import { childPage, waitSummary } from './child-list.ts';
import { commitWith, operationOf } from './commit.ts';
import { CommitQueue } from './commit-queue.ts';
import type { Connection } from './connection.ts';
import { expiry, type RemoveExpired } from './expiry.ts';
import { toFailure } from './failures.ts';
import { inspect, inspectedWaits, waitProgress } from './inspection.ts';
import type { Lead } from './lead.ts';
import { operationList } from './list.ts';
import { postponeLook, recordLaunch } from './look-time.ts';
import { migrate } from './migrations.ts';
import { closeQuietly, openDatabase } from './open-database.ts';
import { operationData } from './operation-data.ts';
import { sqliteOverview } from './overview.ts';
import type { CacheLimits } from './row-caches.ts';
import { nextSpawnPart } from './spawn-part.ts';
import { type Tables, tablesOf } from './tables.ts';

export interface SqliteStoreOptions {
  /** The file of the database. In memory if absent. */
  readonly file?: string;
  /** The clock that decides when operations expire: milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The pause between two runs that remove expired operations. A run that needs several transactions is followed soon, so that runs stay short. */
const EXPIRY_PAUSE_MS = { short: 1_000, long: 60_000 };

/** Opens the store on SQLite, for one process at a time. The data in a file outlives the process. Rejects with a Failure. */
export async function openSqliteStore({ file, now }: SqliteStoreOptions = {}): Promise<ObservableStore> {
  let connection: Connection | undefined;
  try {
    connection = openDatabase(file);
    const opened = connection;
    const queue = new CommitQueue(connection);
    const store = sqliteStore(connection, queue, now);
    return {
      ...store,
      async close() {
        await store.close();
        queue.close();
        opened.close();
      },
    };
  } catch (error) {
    closeQuietly(connection);
    throw toFailure(error);
  }
}

/** The store of a database: its own methods wait for the disk, and `ahead` returns a store that does not. */
export interface SqliteStore extends ObservableStore {
  /**
   * Returns a store that runs ahead of the disk: its calls resolve before their writes are committed, and read such writes. Nothing
   * that follows from them may leave the process before the queue's `durable` has resolved. Its calls reject after the lead has
   * ended.
   */
  ahead(lead: Lead): OperationStore;
}

/** The store on a connection and a commit queue that it may share. Closing the store leaves both open. */
export function sqliteStore(
  connection: Connection,
  queue: CommitQueue,
  now: () => number = Date.now,
  cacheLimits?: CacheLimits,
): SqliteStore {
  migrate(connection);
  const tables = tablesOf(connection, cacheLimits);
  for (const participant of tables.participants) queue.join(participant);
  const removeExpired = expiry(connection, tables);
  const stopExpiry = keepExpiring(queue, removeExpired, now);
  const durable = durableAccess(queue, tables.changed);
  const parts = {
    connection,
    tables,
    removeExpired,
    backlog: backlogQuery(connection),
    list: operationList(connection),
    data: operationData({ connection, queue, tables, read: durable.read }),
  };
  return {
    ...operationStore(parts, durable),
    feed: tables.changes.feed,
    overview: sqliteOverview(connection, durable.read),
    ahead: (lead) => operationStore(parts, aheadAccess(queue, lead)),
    async close() {
      stopExpiry();
    },
  };
}

interface Parts {
  readonly connection: Connection;
  readonly tables: Tables;
  readonly removeExpired: RemoveExpired;
  readonly backlog: ReturnType<typeof backlogQuery>;
  readonly list: ReturnType<typeof operationList>;
  /** Always waits for the disk. */
  readonly data: OperationData;
}

function operationStore(
  { connection, tables, removeExpired, backlog, list, data }: Parts,
  { write, writeFor, writeRepeatable, read: direct, readOf }: Access,
): OperationStore {
  const { operations, history, waits, children, parts, outbox, sweeps } = tables;
  /** Reads in one snapshot. */
  const read = <T>(reads: () => T): Promise<T> => direct(() => connection.snapshot(reads));

  return {
    data,
    commit: (reads, decide) => writeFor(() => commitWith(tables, reads, decide), decidedBy),
    commitAll: (commits) =>
      writeFor(
        () => commitEach(tables, commits),
        (decisions) => decisions.map(decidedBy),
      ),

    operation: (name) =>
      readOf(name, () => {
        const stored = operations.read(name);
        // A single row is consistent without a snapshot.
        if (stored?.record.waitId === undefined) return stored && operationOf(tables, stored);
        return connection.snapshot(() => currentOperation(tables, name));
      }),
    operations: (names) =>
      read(() => new Map(names.flatMap((name) => entryOf(name, currentOperation(tables, name))))),
    inspection: (name, limits) => read(() => inspect(tables, name, limits)),
    history: (name, limit) => direct(() => history.newest(name, limit)),
    activeChildren: (parent, limit, after) => direct(() => operations.activeChildren(parent, limit, after)),
    list: (query) => direct(() => list(query)),

    wait: (ref) => direct(() => waits.read(ref)),
    waits: (name, from, limit) => read(() => inspectedWaits(tables, name, from, limit)),
    progress: (ref, limits) => read(() => waitProgress(tables, ref, limits)),
    summary: (ref, limit, maxBytes) => read(() => waitSummary(tables, ref, limit, maxBytes)),
    listChildren: (ref, page) => read(() => childPage(tables, ref, page)),
    pendingChildren: (ref, limit, after) => direct(() => children.pending(ref, limit, after)),
    recordOutcomes: (ref, outcomes) =>
      write(() => {
        for (const child of outcomes) children.finish(ref, child);
      }),
    catchUpChildren: (ref) => writeRepeatable(() => children.catchUp(ref)),
    nextSpawnPart: (ref) => read(() => nextSpawnPart(tables, ref)),
    markPartMade: (part) => writeRepeatable(() => parts.markMade(part)),
    recordLaunch: (ref, launch, lookTime) =>
      writeRepeatable(() => recordLaunch(tables, ref, launch, lookTime)),
    noteFailedPolls: (ref, polls) => write(() => waits.setFailedPolls(ref, polls)),
    postponeLook: (wait, lookTime) => write(() => postponeLook(tables, wait, lookTime)),

    // If a crash loses the removal of an entry, the effect is carried out again, which every effect allows.
    outbox: (name) => direct(() => outbox.ofOperation(name)),
    removeEffects: (name, effects, others = []) =>
      writeRepeatable(() => {
        outbox.remove(name, effects);
        for (const other of others) outbox.remove(other.operation, other.effects);
      }),
    postponeEffect: (name, effect, due) => write(() => outbox.postpone(name, effect, due)),

    dueEffects: (time, limit) => direct(() => outbox.due(time, limit)),
    dueOperations: (time, limit) => direct(() => operations.due(time, limit)),
    backlog: (time, maxCount) =>
      read(() => {
        outbox.write();
        return backlog(time, maxCount);
      }),
    nextDueTime: () => read(() => earliest(outbox.nextDueTime(), operations.nextDueTime())),
    postponeDue: (due, dueTime) => write(() => operations.postponeDue(due, dueTime)),
    noteSweep: (time, maxGapMs) => write(() => sweeps.note(time, maxGapMs)),
    lastSweepTime: () => direct(() => sweeps.last()),
    expire: (time) => write(() => removeExpired(time)),

    async close() {},
  };
}

function currentOperation(tables: Tables, name: OperationName) {
  const stored = tables.operations.read(name);
  return stored && operationOf(tables, stored);
}

function entryOf<K, V>(key: K, value: V | undefined): [K, V][] {
  return value === undefined ? [] : [[key, value]];
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** Runs the commits one after the other, up to the first one whose decision throws. */
function commitEach<C extends Change | undefined>(
  tables: Tables,
  commits: readonly Commit<C>[],
): Decision<C>[] {
  const decisions: Decision<C>[] = [];
  const names = commits.map(({ reads }) => reads.operation);
  const absent = names.length > 1 ? tables.operations.absentOf(names) : new Set<OperationName>();
  if (commits.every(({ reads }) => reads.waits)) tables.waiters.readAhead(names);
  for (const { reads, decide } of commits) {
    // An earlier commit of the same call may have created the operation.
    const decision = commitWith(tables, reads, decide, absent.delete(reads.operation));
    decisions.push(decision);
    if (isThrown(decision)) break;
  }
  return decisions;
}

/** Runs at the start, and again and again afterwards. Does not keep the process alive. */
function keepExpiring(queue: CommitQueue, removeExpired: RemoveExpired, now: () => number): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const expire = async () => {
    let pauseMs = EXPIRY_PAUSE_MS.long;
    try {
      // Each transaction is a task of its own, so that other tasks run in between.
      while (await queue.run(() => removeExpired(now()))) pauseMs = EXPIRY_PAUSE_MS.short;
    } catch {
      // The next run repeats what failed.
    }
    if (!isStopped) timer = setTimeout(expire, pauseMs).unref();
  };
  void expire();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
