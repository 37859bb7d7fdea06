-- What is given up of a project's history (store/retention.h), and what sessions are found by
-- (store/search.h).

CREATE TABLE retention_policies (
  project_id BIGINT PRIMARY KEY REFERENCES projects (id),
  max_age_seconds BIGINT,  -- NULL: for ever
  max_sessions BIGINT      -- NULL: all
);

-- Attempts that are gone and whose tasks and logs are yet to be cleared away.
CREATE TABLE dropped_attempts (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL,
  project_id BIGINT NOT NULL,
  workflow_name TEXT NOT NULL,
  timezone TEXT NOT NULL,
  session_time BIGINT NOT NULL,
  retry_attempt_name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- The parameters of attempts.
CREATE TABLE attempt_params (
  attempt_id BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  site_id BIGINT NOT NULL,
  project_id BIGINT NOT NULL,
  session_time BIGINT NOT NULL,
  session_id BIGINT NOT NULL,
  PRIMARY KEY (attempt_id, name)
);
CREATE INDEX attempt_params_by_value
  ON attempt_params (site_id, name, value, session_time, session_id)
  INCLUDE (attempt_id, project_id);
