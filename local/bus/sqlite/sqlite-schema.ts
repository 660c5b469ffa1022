import type { Connection } from '../../sqlite/connection.ts';

/**
 * The tables of the bus. They are in the same file as the tables of the store, so that both share commits.
 *
 * `bus_backlog` has one row per message and subscription. The row is deleted when the message is done in that subscription,
 * and subscriptions share no rows. The messages of a subscription are stored together, in the order of their ids.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS bus_topics (
  name   TEXT PRIMARY KEY,
  labels TEXT NOT NULL DEFAULT '{}'
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bus_subscriptions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name   TEXT NOT NULL UNIQUE,
  config TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS bus_backlog (
  subscription INTEGER NOT NULL,
  id           INTEGER NOT NULL,
  publish_time INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  ordering_key TEXT NOT NULL,
  attributes   TEXT NOT NULL,
  data         BLOB NOT NULL,
  PRIMARY KEY (subscription, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bus_starts (count INTEGER NOT NULL);
INSERT INTO bus_starts SELECT 0 WHERE NOT EXISTS (SELECT * FROM bus_starts);
`;

export function createBusTables(connection: Connection): void {
  connection.execute(SCHEMA);
  const columns = connection.query<[string]>("SELECT name FROM pragma_table_info('bus_topics')").all([]);
  // In releases before topics had labels, the table lacks the column.
  if (!columns.some(([name]) => name === 'labels')) {
    connection.execute("ALTER TABLE bus_topics ADD COLUMN labels TEXT NOT NULL DEFAULT '{}'");
  }
}
