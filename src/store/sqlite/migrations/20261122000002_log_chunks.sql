-- Task logs in the database (store/log_chunks.h).

CREATE TABLE log_chunks (
  attempt_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  ends_at INTEGER NOT NULL,  -- the size of the file with this portion
  bytes BLOB NOT NULL,
  PRIMARY KEY (attempt_id, name, ends_at)
) STRICT;
