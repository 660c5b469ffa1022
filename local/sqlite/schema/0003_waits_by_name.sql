-- Waits and effects are looked up by their operation's name, so they hold it: its number would have to be looked up first.
CREATE TABLE named_waits (
  id INTEGER PRIMARY KEY,
  operation TEXT NOT NULL,
  wait_id TEXT NOT NULL,
  start_time INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  terms TEXT NOT NULL,
  execution TEXT,
  ending TEXT,
  end_time INTEGER,
  UNIQUE (operation, wait_id)
) STRICT;

INSERT INTO named_waits
  SELECT waits.id, operations.name, waits.wait_id, start_time, deadline, terms, execution, ending, end_time
  FROM waits JOIN operations ON operations.id = waits.operation;
DROP TABLE waits;
ALTER TABLE named_waits RENAME TO waits;
CREATE INDEX waits_by_deadline ON waits (deadline) WHERE end_time IS NULL;

CREATE TABLE named_outbox (
  operation TEXT NOT NULL,
  effect_id TEXT NOT NULL,
  effect TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due INTEGER NOT NULL,
  PRIMARY KEY (operation, effect_id)
) STRICT, WITHOUT ROWID;

INSERT INTO named_outbox
  SELECT operations.name, effect_id, effect, attempts, due
  FROM outbox JOIN operations ON operations.id = outbox.operation;
DROP TABLE outbox;
ALTER TABLE named_outbox RENAME TO outbox;
