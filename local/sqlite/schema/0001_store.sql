-- One row an operation. The other tables name it by its number, which is shorter than its name.
CREATE TABLE operations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- The bytes of the google.longrunning.Operation.
  message BLOB NOT NULL,
  state TEXT NOT NULL,
  method TEXT,
  parent TEXT,
  labels TEXT,
  error_code INTEGER,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  complete_time INTEGER,
  expire_time INTEGER,
  ttl INTEGER,
  terminal_event_id TEXT,
  cancel_request TEXT NOT NULL,
  wait_id TEXT,
  last_wait TEXT,
  creation_order TEXT,
  metadata_order TEXT,
  checkpoint BLOB,
  checkpoint_order TEXT,
  resume_point TEXT,
  resume_point_order TEXT,
  -- How many rows the history has: the position of the newest of them.
  history_length INTEGER NOT NULL
) STRICT;

-- The operations of a parent that are still active, by name.
CREATE INDEX operations_by_active_parent ON operations (parent, name)
  WHERE parent IS NOT NULL AND complete_time IS NULL;

CREATE INDEX operations_by_expire_time ON operations (expire_time) WHERE expire_time IS NOT NULL;

CREATE TABLE history (
  operation INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  type TEXT NOT NULL,
  occur_time INTEGER NOT NULL,
  record_time INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  PRIMARY KEY (operation, event_id)
) STRICT, WITHOUT ROWID;

-- Numbered in the order in which they began.
CREATE TABLE waits (
  id INTEGER PRIMARY KEY,
  operation INTEGER NOT NULL,
  wait_id TEXT NOT NULL,
  start_time INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  terms TEXT NOT NULL,
  execution TEXT,
  ending TEXT,
  end_time INTEGER,
  UNIQUE (operation, wait_id)
) STRICT;

CREATE INDEX waits_by_deadline ON waits (deadline) WHERE end_time IS NULL;

-- The children of a wait that have no outcome yet, and those that have one: a row moves from one table to the other.
CREATE TABLE pending_children (
  wait INTEGER NOT NULL,
  child TEXT NOT NULL,
  PRIMARY KEY (wait, child)
) STRICT, WITHOUT ROWID;

CREATE INDEX pending_children_by_child ON pending_children (child);

CREATE TABLE done_children (
  wait INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  child TEXT NOT NULL,
  PRIMARY KEY (wait, outcome, child)
) STRICT, WITHOUT ROWID;

-- What follows from a commit and is not carried out yet. It is nearly empty at all times: what is due needs no index.
CREATE TABLE outbox (
  operation INTEGER NOT NULL,
  effect_id TEXT NOT NULL,
  effect TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due INTEGER NOT NULL,
  PRIMARY KEY (operation, effect_id)
) STRICT, WITHOUT ROWID;
