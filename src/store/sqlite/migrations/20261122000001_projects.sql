-- Projects with their revisions, workflows and archives, schedules, secrets (store/projects.h,
-- store/schedules.h, store/secret_store.h).

CREATE TABLE projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id INTEGER NOT NULL,
  name TEXT,  -- NULL once deleted
  deleted_name TEXT,
  created_at INTEGER NOT NULL,
  deleted_at INTEGER,
  newest_revision_id INTEGER,
  UNIQUE (site_id, name)
) STRICT;
CREATE INDEX projects_by_site ON projects (site_id, id) WHERE deleted_at IS NULL;

CREATE TABLE revisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  archive_type TEXT NOT NULL,
  archive_path TEXT,
  archive_md5 BLOB,
  default_params TEXT,
  user_info TEXT,
  UNIQUE (project_id, name)
) STRICT;
CREATE INDEX revisions_by_project ON revisions (project_id, id);

CREATE TABLE archives (
  revision_id INTEGER PRIMARY KEY REFERENCES revisions (id),
  content BLOB NOT NULL
) STRICT;

CREATE TABLE workflows (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id INTEGER NOT NULL,
  project_id INTEGER NOT NULL REFERENCES projects (id),
  revision_id INTEGER NOT NULL REFERENCES revisions (id),
  name TEXT NOT NULL,
  timezone TEXT NOT NULL,
  config TEXT,
  is_newest INTEGER NOT NULL,  -- of its project's newest revision, while that is not deleted
  UNIQUE (revision_id, name)
) STRICT;
CREATE INDEX workflows_by_revision ON workflows (revision_id, id);
CREATE INDEX newest_workflows_by_site ON workflows (site_id, id) WHERE is_newest = 1;
CREATE INDEX workflows_by_project ON workflows (project_id, is_newest);

CREATE TABLE schedules (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id INTEGER NOT NULL,
  project_id INTEGER NOT NULL REFERENCES projects (id),
  workflow_name TEXT NOT NULL,
  workflow_id INTEGER NOT NULL REFERENCES workflows (id),
  session_time INTEGER NOT NULL,  -- of the next session
  run_time INTEGER NOT NULL,
  last_session_time INTEGER,
  disabled_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (project_id, workflow_name)
) STRICT;
CREATE INDEX schedules_by_site ON schedules (site_id, id);
CREATE INDEX schedules_by_project ON schedules (project_id, id);
CREATE INDEX schedules_by_workflow ON schedules (workflow_id);
CREATE INDEX schedules_by_run_time ON schedules (run_time) WHERE disabled_at IS NULL;

CREATE TABLE secrets (
  project_id INTEGER NOT NULL REFERENCES projects (id),
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  engine TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (project_id, scope, key)
) STRICT, WITHOUT ROWID;
