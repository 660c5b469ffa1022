import { changeFeed } from './change-feed.ts';
import { ChangedNames } from './changed-names.ts';
import { childTable } from './child-table.ts';
import type { Connection } from './connection.ts';
import { historyTable } from './history-table.ts';
import { notificationTable } from './notification-table.ts';
import { operationTable } from './operation-table.ts';
import { outboxTable } from './outbox-table.ts';
import { partTable } from './part-table.ts';
import { sweepTable } from './sweep-table.ts';
import { waitTable } from './wait-table.ts';
import { waiterQueries } from './waiter-queries.ts';

export type Tables = ReturnType<typeof tablesOf>;

/** All tables, each with its prepared statements. */
export function tablesOf(connection: Connection) {
  const changed = new ChangedNames();
  const operations = operationTable(connection, changed);
  const history = historyTable(connection);
  const outbox = outboxTable(connection);
  const changes = changeFeed();
  const children = childTable(connection);
  return {
    operations,
    history,
    waits: waitTable(connection, changed),
    children,
    parts: partTable(connection, children.finished),
    waiters: waiterQueries(connection, children.finished),
    notifications: notificationTable(connection),
    sweeps: sweepTable(connection),
    outbox,
    changes,
    changed,
    participants: [
      changed,
      changes.participant,
      operations.participant,
      children.finished,
      ...history.participants,
      ...outbox.participants,
    ],
  };
}
