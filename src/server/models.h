// The objects of the API as JSON, with keys in the order of rest-api.md §5 and null for what is
// absent.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "calendar/time_zone.h"
#include "secrets/secret_mask.h"
#include "store/database.h"
#include "value/value.h"

namespace mogura::server {

Object id_and_name(std::int64_t id, const std::string& name);

Object project_model(const store::Project& project, const store::Revision& newest);
/// `own`: the project has a policy of its own.
Object retention_model(const store::Project& project, const store::RetentionPolicy& policy,
                       bool own);
Object revision_model(const store::Revision& revision);
Object workflow_model(const store::Project& project, const store::Revision& revision,
                      const store::Workflow& workflow);
Object schedule_model(const store::Schedule& schedule);
/// With the times of creation and change.
Object schedule_summary_model(const store::Schedule& schedule);
Object session_model(const store::SessionSummary& session);
Object attempt_model(const store::AttemptSummary& attempt);
/// What tasks hold is shown without the secrets that the mask knows.
std::vector<Value> task_models(const store::AttemptTasks& tasks, const secrets::SecretMask& mask);
/// Of some of the tasks only.
std::vector<Value> task_models(const store::AttemptTasks& tasks,
                               std::span<const store::TaskSummary* const> chosen,
                               const secrets::SecretMask& mask);

/// `2024-08-27T01:02:03Z`: whole seconds, cut off.
std::string instant_text(Instant instant);
/// `2024-08-27T10:02:03+09:00`, in UTC where the zone is not known.
std::string offset_time_text(Instant instant, const std::string& zone_id);

}  // namespace mogura::server
