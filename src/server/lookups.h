// Finding what a request names; what is not there ends it with the 404 of rest-api.md §3.3.
#pragma once

#include <optional>
#include <string>

#include "server/request_error.h"
#include "server/route.h"
#include "store/database.h"

namespace mogura::server {

/// Throws also for a deleted project.
store::Project get_project(const Call& call, ProjectId id);
store::Project get_project(const Call& call, const std::string& name);
/// The revision of this name, or the newest one.
store::Revision get_revision(const Call& call, const store::Project& project,
                             const std::optional<std::string>& name);
store::Workflow get_workflow(const Call& call, const store::Revision& revision,
                             const std::string& name);
/// Of any revision, also of a deleted project.
store::WorkflowDetails get_workflow(const Call& call, WorkflowId id);
store::Schedule get_schedule(const Call& call, ScheduleId id);
store::SessionSummary get_session(const Call& call, SessionId id);
store::AttemptSummary get_attempt(const Call& call, AttemptId id);

}  // namespace mogura::server
