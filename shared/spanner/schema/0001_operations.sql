-- One row an operation. The key comes from the message itself, so that the two can't differ; ids that are random spread
-- over the splits. Orders (…Order, LastWait) sort as the events do that set the value beside them.
CREATE TABLE IF NOT EXISTS {table} (
  key STRING(MAX) NOT NULL AS (Operation.name) STORED,
  Operation google.longrunning.Operation NOT NULL,
  Checkpoint BYTES(MAX),
  ResumePoint STRING(MAX),
  State STRING(16) NOT NULL,
  Method STRING(MAX),
  Parent STRING(MAX),
  Labels JSON,
  ErrorCode INT64,
  CreateTime TIMESTAMP NOT NULL,
  UpdateTime TIMESTAMP NOT NULL,
  CompleteTime TIMESTAMP,
  -- Set when the operation becomes terminal, and not before: what still runs is never removed.
  ExpireTime TIMESTAMP,
  TtlMillis INT64,
  TerminalEventId STRING(MAX),
  CancelRequest STRING(16) NOT NULL,
  WaitId STRING(MAX),
  LastWait STRING(MAX),
  CreationOrder STRING(MAX),
  MetadataOrder STRING(MAX),
  CheckpointOrder STRING(MAX),
  ResumePointOrder STRING(MAX),
  -- How many rows the history has: the position of the newest of them.
  HistoryLength INT64 NOT NULL,
  Active BOOL AS (IF(CompleteTime IS NULL, TRUE, NULL)) STORED,
  Shard INT64 NOT NULL AS (ABS(MOD(FARM_FINGERPRINT(Operation.name), 16))) STORED,
) PRIMARY KEY (key),
  ROW DELETION POLICY (OLDER_THAN(ExpireTime, INTERVAL 0 DAY));

-- The operations of a parent that are not terminal, by name.
CREATE NULL_FILTERED INDEX IF NOT EXISTS {table}ByActiveParent ON {table} (Parent, Active, key);

-- For lists, newest first. The shard before the time keeps rows of one moment apart.
CREATE INDEX IF NOT EXISTS {table}ByCreateTime ON {table} (Shard, CreateTime DESC);
CREATE INDEX IF NOT EXISTS {table}ByState ON {table} (State, Shard, CreateTime DESC);
CREATE NULL_FILTERED INDEX IF NOT EXISTS {table}ByMethod ON {table} (Method, Shard, CreateTime DESC);
CREATE NULL_FILTERED INDEX IF NOT EXISTS {table}ByParent ON {table} (Parent, Shard, CreateTime DESC);
