-- What happened to an operation. The event's id in the key is what makes a repeated event known.
CREATE TABLE IF NOT EXISTS {table}History (
  key STRING(MAX) NOT NULL,
  EventId STRING(MAX) NOT NULL,
  Position INT64 NOT NULL,
  Type STRING(32) NOT NULL,
  OccurTime TIMESTAMP NOT NULL,
  RecordTime TIMESTAMP NOT NULL,
  Outcome STRING(16) NOT NULL,
  Reason STRING(32),
) PRIMARY KEY (key, EventId),
  INTERLEAVE IN PARENT {table} ON DELETE CASCADE;

CREATE INDEX IF NOT EXISTS {table}HistoryByPosition ON {table}History (key, Position DESC),
  INTERLEAVE IN {table};
