import { changeFeed } from './change-feed.ts';
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

/** Each with its statements, prepared once. */
export function tablesOf(connection: Connection) {
  const operations = operationTable(connection);
  const history = historyTable(connection);
  const outbox = outboxTable(connection);
  const changes = changeFeed();
  const children = childTable(connection);
  return {
    operations,
    history,
    waits: waitTable(connection),
    children,
    parts: partTable(connection, children.finished),
    waiters: waiterQueries(connection, children.finished),
    notifications: notificationTable(connection),
    sweeps: sweepTable(connection),
    outbox,
    changes,
    participants: [
      changes.participant,
      operations.participant,
      children.finished,
      ...history.participants,
      ...outbox.participants,
    ],
  };
}
