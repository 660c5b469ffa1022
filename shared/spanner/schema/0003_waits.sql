-- The waits of an operation. Position is that of the event that began it in the operation's history.
CREATE TABLE IF NOT EXISTS {table}Waits (
  key STRING(MAX) NOT NULL,
  WaitId STRING(MAX) NOT NULL,
  Position INT64 NOT NULL,
  StartTime TIMESTAMP NOT NULL,
  Deadline TIMESTAMP NOT NULL,
  Terms JSON NOT NULL,
  Execution STRING(MAX),
  Ending JSON,
  EndTime TIMESTAMP,
  OpenUntil TIMESTAMP AS (IF(EndTime IS NULL, Deadline, NULL)) STORED,
  Shard INT64 NOT NULL AS (ABS(MOD(FARM_FINGERPRINT(key), 16))) STORED,
) PRIMARY KEY (key, WaitId),
  INTERLEAVE IN PARENT {table} ON DELETE CASCADE;

-- Open waits by deadline.
CREATE NULL_FILTERED INDEX IF NOT EXISTS {table}WaitsByDeadline ON {table}Waits (Shard, OpenUntil);

-- The children of a wait that have no outcome yet, and those that have one: a row moves from one table to the other.
--
-- Invariant: a commit that begins a wait of 10,000 children stays under Spanner's 80,000 mutations. A row counts its
-- columns and those of its index entries: 3 + 3. One table with the outcome as an indexed column would take 11. Both
-- questions about a wait, is any child pending and how many succeeded, are reads of a key range that end at a limit.
CREATE TABLE IF NOT EXISTS {table}PendingChildren (
  key STRING(MAX) NOT NULL,
  WaitId STRING(MAX) NOT NULL,
  Child STRING(MAX) NOT NULL,
) PRIMARY KEY (key, WaitId, Child),
  INTERLEAVE IN PARENT {table}Waits ON DELETE CASCADE;

-- Which waits an operation is a pending child of.
CREATE INDEX IF NOT EXISTS {table}PendingChildrenByChild ON {table}PendingChildren (Child);

CREATE TABLE IF NOT EXISTS {table}DoneChildren (
  key STRING(MAX) NOT NULL,
  WaitId STRING(MAX) NOT NULL,
  Outcome STRING(16) NOT NULL,
  Child STRING(MAX) NOT NULL,
) PRIMARY KEY (key, WaitId, Outcome, Child),
  INTERLEAVE IN PARENT {table}Waits ON DELETE CASCADE;
