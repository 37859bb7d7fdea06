-- Task logs in the database (store/log_chunks.h).

CREATE TABLE log_chunks (
  attempt_id BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  ends_at BIGINT NOT NULL,  -- the size of the file with this portion
  bytes BYTEA NOT NULL,
  PRIMARY KEY (attempt_id, name, ends_at)
);
