-- For lists, newest first.
CREATE INDEX operations_by_create_time ON operations (create_time DESC, name);
CREATE INDEX operations_by_state ON operations (state, create_time DESC, name);
CREATE INDEX operations_by_method ON operations (method, create_time DESC, name) WHERE method IS NOT NULL;
CREATE INDEX operations_by_parent ON operations (parent, create_time DESC, name) WHERE parent IS NOT NULL;
