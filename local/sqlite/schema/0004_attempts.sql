-- Attempts and dispatch. `input` and `dispatch` stay as `created` said them; `control` is all that changes and no query looks
-- into: see shared/records/control-record.ts. A row that has none of these is of an operation without dispatch.
ALTER TABLE operations ADD COLUMN attempt INTEGER;
ALTER TABLE operations ADD COLUMN rerun_of TEXT;
ALTER TABLE operations ADD COLUMN input BLOB;
ALTER TABLE operations ADD COLUMN dispatch TEXT;
ALTER TABLE operations ADD COLUMN control TEXT;
-- When the operation has to be looked at again.
ALTER TABLE operations ADD COLUMN due_time INTEGER;

CREATE INDEX operations_by_rerun_of ON operations (rerun_of, create_time DESC, name) WHERE rerun_of IS NOT NULL;
CREATE INDEX operations_by_due_time ON operations (due_time) WHERE due_time IS NOT NULL;

-- Open waits are found by the due time of their operation from now on: the end of the sleep, or the deadline.
UPDATE operations SET due_time = (
  SELECT MIN(deadline, IFNULL(json_extract(terms, '$.sleepUntil'), deadline)) FROM waits
  WHERE waits.operation = operations.name AND waits.wait_id = operations.wait_id AND end_time IS NULL
) WHERE wait_id IS NOT NULL;
DROP INDEX waits_by_deadline;

ALTER TABLE history ADD COLUMN attempt INTEGER;
-- JSON: what only few lines have.
ALTER TABLE history ADD COLUMN detail TEXT;

-- JSON: why the wait has no workflow execution.
ALTER TABLE waits ADD COLUMN refusal TEXT;
-- JSON: which polls of children of other services fail at present.
ALTER TABLE waits ADD COLUMN failed_polls TEXT;

-- The children of a wait in their order, in parts: see shared/records/wait-parts.ts. `children` is JSON, and so is `spawn`,
-- the children of the part that have to be created, NULL once they are.
CREATE TABLE wait_parts (
  wait INTEGER NOT NULL,
  part INTEGER NOT NULL,
  position INTEGER NOT NULL,
  size INTEGER NOT NULL,
  children TEXT NOT NULL,
  spawn BLOB,
  PRIMARY KEY (wait, part)
) STRICT;

-- JSON: what another service said of its operation.
ALTER TABLE done_children ADD COLUMN result BLOB;

-- What was notified of an operation. The position is that of the event in its history; `wait_id` is the wait that took it.
CREATE TABLE notifications (
  operation INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  payload BLOB,
  time INTEGER NOT NULL,
  wait_id TEXT,
  PRIMARY KEY (operation, position)
) STRICT;

CREATE INDEX notifications_by_wait ON notifications (operation, wait_id, position);

-- One row: since when `sweep` has run without a gap, and when it ran last.
CREATE TABLE sweeps (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  since INTEGER NOT NULL,
  last INTEGER NOT NULL
) STRICT;
