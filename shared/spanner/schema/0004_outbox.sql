-- What follows from a commit and is not carried out yet.
CREATE TABLE IF NOT EXISTS {table}Outbox (
  key STRING(MAX) NOT NULL,
  EffectId STRING(MAX) NOT NULL,
  Effect JSON NOT NULL,
  Attempts INT64 NOT NULL,
  -- From then on it may be carried out by others than the call that committed it.
  Due TIMESTAMP NOT NULL,
  Shard INT64 NOT NULL AS (ABS(MOD(FARM_FINGERPRINT(key), 16))) STORED,
) PRIMARY KEY (key, EffectId),
  INTERLEAVE IN PARENT {table} ON DELETE CASCADE;

CREATE INDEX IF NOT EXISTS {table}OutboxByDue ON {table}Outbox (Shard, Due);
