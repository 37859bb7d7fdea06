// Who makes a request and what they may do (rest-api.md §4).
#pragma once

#include "base/id.h"
#include "value/value.h"

namespace mogura::server {

/// What a route asks of its caller. The names are those of rest-api.md §4.4.
enum class Permission {
  nobody,     // a route that forgets to say is closed
  everybody,  // without authentication
  any_user,   // authentication is enough
  admin,      // on the admin listener only (rest-api.md §12.3)
  get_project,
  list_projects,
  put_project,
  delete_project,
  set_retention,
  get_project_archive,
  get_workflow,
  list_workflows,
  get_schedule,
  list_schedules,
  skip_schedule,
  backfill_schedule,
  disable_schedule,
  enable_schedule,
  list_sessions,
  get_session,
  get_attempt,
  get_attempts_from_session,
  get_tasks_from_attempt,
  run_workflow,
  kill_attempt,
  get_log_files,
  put_project_secret,
  delete_project_secret,
  get_project_secret_list,
};

struct Caller {
  SiteId site;
  bool is_admin = false;
  Object user_info;  // stored with every revision that they push

  bool may(Permission permission) const {
    switch (permission) {
      case Permission::nobody:
        return false;
      case Permission::admin:
        return is_admin;
      default:
        return true;
    }
  }
};

}  // namespace mogura::server
