#include "server/schemas.h"

#include <algorithm>

namespace mogura::server {
namespace {

using enum Field::Presence;

using Fields = std::vector<Field>;

Fields joined(std::initializer_list<Fields> parts) {
  Fields all;
  for (const Fields& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Fields schedule_times() {
  return {{"id", "id"},
          {"project", "IdAndName"},
          {"workflow", "IdAndName"},
          {"nextRunTime", "instant"},
          {"nextScheduleTime", "offset_time"}};
}

Fields attempt_state() {
  return {{"retryAttemptName", "text", nullable}, {"done", "boolean"},  {"success", "boolean"},
          {"cancelRequested", "boolean"},         {"params", "object"}, {"createdAt", "instant"},
          {"finishedAt", "instant", nullable}};
}

std::vector<Model> answer_models() {
  return {
      {"Error", {{"message", "text", nullable}, {"status", "int32"}}},
      {"Version", {{"version", "text"}}},
      {"VersionCheckResult",
       {{"serverVersion", "text"},
        {"upgradeRecommended", "boolean"},
        {"apiCompatible", "boolean"}}},
      {"Health", {{"status", "text"}}},
      {"UserInfo", {}},
      {"IdAndName", {{"id", "id"}, {"name", "text"}}},
      {"NameOptionalId", {{"name", "text"}, {"id", "id", nullable}}},
      {"Project",
       {{"id", "id"},
        {"name", "text"},
        {"revision", "text"},
        {"createdAt", "instant"},
        {"updatedAt", "instant"},
        {"deletedAt", "instant", nullable},
        {"archiveType", "text"},
        {"archiveMd5", "base64", nullable}}},
      {"ProjectCollection", {{"projects", "Project[]"}}},
      {"Revision",
       {{"revision", "text"},
        {"createdAt", "instant"},
        {"archiveType", "text"},
        {"archiveMd5", "base64", nullable},
        {"userInfo", "object"}}},
      {"RevisionCollection", {{"revisions", "Revision[]"}}},
      {"Retention",
       {{"project", "IdAndName"},
        {"maxAge", "text", nullable},
        {"maxSessions", "int64", nullable},
        {"own", "boolean"}}},
      {"Workflow",
       {{"id", "id"},
        {"name", "text"},
        {"project", "IdAndName"},
        {"revision", "text"},
        {"timezone", "text"},
        {"config", "object"}}},
      {"WorkflowCollection", {{"workflows", "Workflow[]"}}},
      {"WorkflowSessionTime",
       {{"project", "IdAndName"},
        {"revision", "text"},
        {"sessionTime", "offset_time"},
        {"timezone", "text"}}},
      {"Secret", {{"key", "text"}, {"project", "IdAndName"}}},
      {"SecretKey", {{"key", "text"}}},
      {"SecretList", {{"secrets", "SecretKey[]"}}},
      {"LogFileHandle",
       {{"fileName", "text"},
        {"fileSize", "int64"},
        {"taskName", "text"},
        {"fileTime", "instant"},
        {"agentId", "text"},
        {"direct", "text", nullable}}},
      {"LogFileHandleCollection", {{"files", "LogFileHandle[]"}}},
  };
}

std::vector<Model> schedule_models() {
  return {
      {"Schedule", joined({schedule_times(), {{"disabledAt", "instant", nullable}}})},
      {"ScheduleCollection", {{"schedules", "Schedule[]"}}},
      {"ScheduleSummary", joined({schedule_times(),
                                  {{"createdAt", "instant"},
                                   {"updatedAt", "instant"},
                                   {"disabledAt", "instant", nullable}}})},
  };
}

std::vector<Model> attempt_models() {
  return {
      {"LastAttempt", joined({{{"id", "id"}}, attempt_state()})},
      {"Session",
       {{"id", "id"},
        {"project", "IdAndName"},
        {"workflow", "NameOptionalId"},
        {"sessionUuid", "text"},
        {"sessionTime", "offset_time"},
        {"lastAttempt", "LastAttempt", nullable}}},
      {"SessionCollection", {{"sessions", "Session[]"}}},
      {"FoundSessionCollection", {{"sessions", "Session[]"}, {"next", "text", nullable}}},
      {"Attempt", joined({{{"status", "text"},
                           {"id", "id"},
                           {"index", "int64"},
                           {"project", "IdAndName"},
                           {"workflow", "NameOptionalId"},
                           {"sessionId", "id"},
                           {"sessionUuid", "text"},
                           {"sessionTime", "offset_time"}},
                          attempt_state()})},
      {"AttemptCollection", {{"attempts", "Attempt[]"}}},
      {"ScheduleAttemptCollection",
       {{"id", "id"},
        {"project", "IdAndName"},
        {"workflow", "IdAndName"},
        {"attempts", "Attempt[]"}}},
      {"Task",
       {{"id", "id"},
        {"fullName", "text"},
        {"parentId", "id", nullable},
        {"config", "object"},
        {"upstreams", "id[]"},
        {"state", "text"},
        {"cancelRequested", "boolean"},
        {"exportParams", "object"},
        {"storeParams", "object"},
        {"stateParams", "object"},
        {"updatedAt", "instant"},
        {"retryAt", "instant", nullable},
        {"startedAt", "instant", nullable},
        {"error", "object"},
        {"isGroup", "boolean"}}},
      {"TaskCollection", {{"tasks", "Task[]"}}},
      {"BulkOutcome",
       {{"attemptId", "id"},
        {"status", "int32"},
        {"message", "text", nullable},
        {"attempt", "Attempt", nullable}}},
      {"BulkOutcomeCollection", {{"outcomes", "BulkOutcome[]"}}},
  };
}

std::vector<Model> request_models() {
  return {
      {"Empty", {}},
      {"Resume", {{"mode", "text"}, {"attemptId", "id"}, {"from", "text", optional}}},
      {"AttemptRequest",
       {{"workflowId", "id"},
        {"sessionTime", "instant"},
        {"retryAttemptName", "text", optional},
        {"resume", "Resume", optional},
        {"params", "object"}}},
      {"BulkKillRequest", {{"attemptIds", "id[]"}}},
      {"BulkRetryRequest",
       {{"attemptIds", "id[]"},
        {"retryAttemptName", "text", optional},
        {"resume", "boolean", optional},
        {"latestRevision", "boolean", optional},
        {"params", "object", optional}}},
      {"ScheduleSkipRequest",
       {{"count", "int32", optional},
        {"fromTime", "instant", optional},
        {"nextTime", "text", optional},
        {"nextRunTime", "instant", optional},
        {"dryRun", "boolean"}}},
      {"ScheduleBackfillRequest",
       {{"fromTime", "instant"},
        {"dryRun", "boolean"},
        {"attemptName", "text"},
        {"count", "int32", optional}}},
      {"ScheduleEnableRequest",
       {{"skipSchedule", "boolean", optional}, {"nextTime", "text", optional}}},
      {"RetentionRequest", {{"maxAge", "text", optional}, {"maxSessions", "int32", optional}}},
      {"SetSecretRequest", {{"value", "text"}}},
  };
}

const std::vector<Model>& all_models() {
  static const std::vector<Model> all = [] {
    std::vector<Model> models = answer_models();
    for (const std::vector<Model>& part : {schedule_models(), attempt_models(), request_models()}) {
      models.insert(models.end(), part.begin(), part.end());
    }
    return models;
  }();
  return all;
}

}  // namespace

std::span<const Model> models() {
  return all_models();
}

const Model* find_model(std::string_view name) {
  const auto found = std::ranges::find(all_models(), name, &Model::name);
  return found == all_models().end() ? nullptr : &*found;
}

}  // namespace mogura::server
