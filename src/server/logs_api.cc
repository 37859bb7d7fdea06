// The logs of tasks (rest-api.md §11).
#include "blob/log_names.h"
#include "blob/log_store.h"
#include "server/live_feeds.h"
#include "server/lookups.h"
#include "server/models.h"
#include "server/query.h"
#include "server/reply.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

blob::AttemptLogs logs_of_call(const Call& call) {
  return blob::logs_of(get_attempt(call, AttemptId{call.id("id")}).info);
}

Object log_file_model(const blob::LogFile& file) {
  return {{"fileName", file.name}, {"fileSize", static_cast<std::int64_t>(file.bytes)},
          {"taskName", file.task}, {"fileTime", instant_text(file.opened_at)},
          {"agentId", file.agent}, {"direct", nullptr}};
}

net::ServerResponse list_log_files(const Call& call) {
  const std::string prefix = find_parameter(call, "task").value_or("");
  Array files;
  for (const blob::LogFile& file : call.services.logs.list(logs_of_call(call), prefix)) {
    files.push_back(log_file_model(file));
  }
  return json_reply(Object{{"files", std::move(files)}});
}

net::ServerResponse get_log_file(const Call& call) {
  auto content = call.services.logs.read(logs_of_call(call), call.text("file"));
  if (!content) throw RequestError(404, "Log file not found");
  return text_reply(std::move(*content), kGzip);
}

net::ServerResponse watch_logs(const Call& call) {
  const AttemptId id = get_attempt(call, AttemptId{call.id("id")}).info.id;
  return call.services.live.reply_with(
      log_feed(call.services, call.caller.site, id, find_parameter(call, "task").value_or("")));
}

}  // namespace

std::vector<Route> log_routes() {
  return {
      {.method = "GET",
       .path = "/api/logs/{id:int64}/files",
       .permission = Permission::get_log_files,
       .handler = list_log_files,
       .summary = "The log files of an attempt, by name",
       .query = {{"task", ParameterType::text, false, "The beginning of the files' names"},
                 {"direct_download", ParameterType::boolean, false,
                  "Whether addresses in the storage may be given"}},
       .result = "LogFileHandleCollection"},
      {.method = "GET",
       .path = "/api/logs/{id:int64}/files/{file}",
       .permission = Permission::get_log_files,
       .handler = get_log_file,
       .summary = "A log file: text, compressed",
       .result = kGzip},
      {.method = "GET",
       .path = "/api/logs/{id:int64}/stream",
       .permission = Permission::get_log_files,
       .handler = watch_logs,
       .summary = "The lines that an attempt's tasks log, as they come",
       .query = {{"task", ParameterType::text, false, "The beginning of the files' names"}},
       .result = kEventStream},
  };
}

}  // namespace mogura::server
