-- When the operation was last changed: the timestamp of the commit, which no clock of this system gives. Heartbeats leave it.
-- NULL in rows that a release without it wrote last: they changed before anybody could watch.
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS ChangeTime TIMESTAMP OPTIONS (allow_commit_timestamp = true);

-- The changes in the order of the commits. The shard before the time keeps the rows of one moment apart.
CREATE NULL_FILTERED INDEX IF NOT EXISTS {table}ByChangeTime ON {table} (Shard, ChangeTime);
