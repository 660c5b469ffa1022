import { changeFeed } from './change-feed.ts';
import { ChangedNames } from './changed-names.ts';
import { childTable } from './child-table.ts';
import type { Connection } from './connection.ts';
import { historyTable } from './history-table.ts';
import { notificationTable } from './notification-table.ts';
import { OpenWaits } from './open-waits.ts';
import { operationTable } from './operation-table.ts';
import { outboxTable } from './outbox-table.ts';
import { partTable } from './part-table.ts';
import { RowCaches } from './row-caches.ts';
import { sweepTable } from './sweep-table.ts';
import { waitTable } from './wait-table.ts';
import { waiterQueries } from './waiter-queries.ts';
import { WaitsOfChildren } from './waits-of-children.ts';

export type Tables = ReturnType<typeof tablesOf>;

/** All tables, each with its prepared statements. */
export function tablesOf(connection: Connection) {
  const changed = new ChangedNames();
  const caches = new RowCaches(connection);
  const openWaits = new OpenWaits(caches);
  const waitsOfChildren = new WaitsOfChildren(caches, openWaits);
  const operations = operationTable(connection, changed, caches);
  const history = historyTable(connection);
  const outbox = outboxTable(connection);
  const changes = changeFeed();
  const children = childTable(connection, openWaits, waitsOfChildren);
  return {
    operations,
    history,
    waits: waitTable(connection, changed, openWaits),
    openWaits,
    children,
    parts: partTable(connection, children.finished, openWaits, waitsOfChildren),
    waiters: waiterQueries(connection, children.finished, waitsOfChildren),
    notifications: notificationTable(connection),
    sweeps: sweepTable(connection),
    outbox,
    changes,
    changed,
    caches,
    participants: [
      caches,
      changed,
      changes.participant,
      children.finished,
      ...history.participants,
      ...outbox.participants,
    ],
  };
}
