-- Attempts and dispatch. Input (the bytes of the google.protobuf.Any) and Dispatch (JSON) stay as `created` said them; Control
-- (JSON) is all that changes and no query looks into: texts, which come back as they were written. A row that has none of
-- these is of an operation without dispatch.
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS Attempt INT64;
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS RerunOf STRING(MAX);
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS Input BYTES(MAX);
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS Dispatch STRING(MAX);
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS Control STRING(MAX);

-- When the operation has to be looked at again. It is NULL as well in the rows that a release without it writes: their open
-- waits are found by the index of the deadlines.
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS DueTime TIMESTAMP;

-- From then on the row deletion policy may remove the row: set by `sweep` once the expire time has come and nothing of the
-- operation is left in the outbox. A row that waits for that stands in the index. The expire time alone would remove an
-- outbox, and with it a completion, that could not be delivered in time.
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS RemoveTime TIMESTAMP;
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS
  AwaitsRemoval TIMESTAMP AS (IF(RemoveTime IS NULL, ExpireTime, NULL)) STORED;
ALTER TABLE {table} REPLACE ROW DELETION POLICY (OLDER_THAN(RemoveTime, INTERVAL 0 DAY));

-- The shard before the time keeps rows of one moment apart.
CREATE NULL_FILTERED INDEX IF NOT EXISTS {table}ByDueTime ON {table} (Shard, DueTime);
CREATE NULL_FILTERED INDEX IF NOT EXISTS {table}ByRemoval ON {table} (Shard, AwaitsRemoval);
CREATE NULL_FILTERED INDEX IF NOT EXISTS {table}ByRerunOf ON {table} (RerunOf, Shard, CreateTime DESC);

ALTER TABLE {table}History ADD COLUMN IF NOT EXISTS Attempt INT64;
-- JSON: what only few lines have.
ALTER TABLE {table}History ADD COLUMN IF NOT EXISTS Detail STRING(MAX);

-- Why the wait has no workflow execution.
ALTER TABLE {table}Waits ADD COLUMN IF NOT EXISTS Refusal JSON;
-- Which polls of children of other services fail at present.
ALTER TABLE {table}Waits ADD COLUMN IF NOT EXISTS FailedPolls JSON;

-- The children of a wait in their order, in parts: see records/wait-parts.ts. Children is JSON; Spawn as well, in UTF-8: the
-- children of the part that have to be created. Open is TRUE until they are, and NULL from then on, as Spawn is.
CREATE TABLE IF NOT EXISTS {table}WaitParts (
  key STRING(MAX) NOT NULL,
  WaitId STRING(MAX) NOT NULL,
  Part INT64 NOT NULL,
  Position INT64 NOT NULL,
  Size INT64 NOT NULL,
  Children STRING(MAX) NOT NULL,
  Open BOOL,
  Spawn BYTES(MAX),
) PRIMARY KEY (key, WaitId, Part),
  INTERLEAVE IN PARENT {table}Waits ON DELETE CASCADE;

-- JSON in UTF-8: what another service said of its operation.
ALTER TABLE {table}DoneChildren ADD COLUMN IF NOT EXISTS Result BYTES(MAX);
ALTER TABLE {table}DoneChildren ADD COLUMN IF NOT EXISTS ResultBytes INT64;

-- What was notified of an operation. Position is that of the event in its history; WaitId is the wait that took it.
CREATE TABLE IF NOT EXISTS {table}Notifications (
  key STRING(MAX) NOT NULL,
  Position INT64 NOT NULL,
  Name STRING(MAX) NOT NULL,
  Payload BYTES(MAX),
  ApplyTime TIMESTAMP NOT NULL,
  WaitId STRING(MAX),
) PRIMARY KEY (key, Position),
  INTERLEAVE IN PARENT {table} ON DELETE CASCADE;

CREATE INDEX IF NOT EXISTS {table}NotificationsByWait ON {table}Notifications (key, WaitId, Position),
  INTERLEAVE IN {table};

-- One row: since when `sweep` has run without a gap, and when it ran last.
CREATE TABLE IF NOT EXISTS {table}Sweeps (
  Id INT64 NOT NULL,
  Since TIMESTAMP NOT NULL,
  Last TIMESTAMP NOT NULL,
) PRIMARY KEY (Id);
