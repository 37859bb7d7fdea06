-- Which attempts a revision has (store/retention.h).
CREATE INDEX CONCURRENTLY IF NOT EXISTS attempts_by_revision ON attempts (project_id, revision);

-- Lists of sessions read their attempts, but not the sessions themselves (store/history.h).
CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_of_project
  ON sessions (project_id, id) INCLUDE (last_attempt_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_of_workflow
  ON sessions (project_id, workflow_name, id) INCLUDE (last_attempt_id);
DROP INDEX CONCURRENTLY IF EXISTS sessions_by_project;
DROP INDEX CONCURRENTLY IF EXISTS sessions_by_workflow;

-- Sessions in the order of their times, and those that run or failed (store/search.h).
CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_by_time
  ON sessions (site_id, session_time, id) INCLUDE (last_attempt_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_by_time_in_project
  ON sessions (project_id, session_time, id) INCLUDE (last_attempt_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS attempts_running_by_time
  ON attempts (site_id, session_time, session_id) WHERE done = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS attempts_failed_by_time
  ON attempts (site_id, cancel_requested, session_time, session_id)
  WHERE done = 1 AND success = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS attempts_failed_in_project
  ON attempts (project_id, cancel_requested, session_time, session_id)
  WHERE done = 1 AND success = 0;
DROP INDEX CONCURRENTLY IF EXISTS attempts_running_in_site;
