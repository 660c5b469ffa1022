import { AbsentNames } from './absent-names.ts';
import { changeFeed } from './change-feed.ts';
import { ChangedNames, type UnsettledNames } from './changed-names.ts';
import { childTable } from './child-table.ts';
import type { Connection } from './connection.ts';
import { historyTable } from './history-table.ts';
import { notificationTable } from './notification-table.ts';
import { operationTable } from './operation-table.ts';
import { outboxTable } from './outbox-table.ts';
import { partTable } from './part-table.ts';
import { RecentWaits } from './recent-waits.ts';
import { type CacheLimits, RowCaches } from './row-caches.ts';
import { Strangers } from './strangers.ts';
import { sweepTable } from './sweep-table.ts';
import { waitTable } from './wait-table.ts';
import { waiterQueries } from './waiter-queries.ts';
import { type KnownWaits, WaitsOfChildren } from './waits-of-children.ts';

export type Tables = ReturnType<typeof tablesOf>;

const CACHE_LIMITS: CacheLimits = { operations: 2_000, waits: 10_000, children: 20_000 };

/** All tables, each with its prepared statements. */
export function tablesOf(connection: Connection, limits: CacheLimits = CACHE_LIMITS) {
  const changed = new ChangedNames();
  const changedChildren = new ChangedNames();
  const reserved = new ChangedNames();
  const unsettled: UnsettledNames = { changed, changedChildren, reserved };
  const caches = new RowCaches();
  const recentWaits = new RecentWaits(caches, limits.waits);
  const waitsOfChildren = new WaitsOfChildren(caches, recentWaits, limits.children);
  const knownWaits: KnownWaits = { recentWaits, waitsOfChildren };
  const absent = new AbsentNames(caches, limits.children);
  const operations = operationTable(connection, changed, caches, absent, limits.operations);
  const history = historyTable(connection, changed);
  const outbox = outboxTable(connection);
  const changes = changeFeed();
  const children = childTable(connection, operations, changedChildren, knownWaits);
  return {
    operations,
    history,
    waits: waitTable(connection, changed, recentWaits, caches),
    recentWaits,
    children,
    parts: partTable(connection, unsettled, children.finished, knownWaits),
    strangers: new Strangers(connection, unsettled, waitsOfChildren, absent),
    waiters: waiterQueries(connection, unsettled, children.finished, waitsOfChildren),
    notifications: notificationTable(connection),
    sweeps: sweepTable(connection),
    outbox,
    changes,
    changed,
    caches,
    participants: [
      caches,
      changed,
      changedChildren,
      reserved,
      changes.participant,
      children.finished,
      ...history.participants,
      ...outbox.participants,
    ],
  };
}
