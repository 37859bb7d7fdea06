#include "store/sql/attempt_rows.h"

#include "store/sql/json_column.h"

namespace mogura::store::sql {

AttemptInfo info_from(Rows::Row& row) {
  AttemptInfo info;
  info.id = row.id<AttemptId>();
  info.session = row.id<SessionId>();
  info.site = row.id<SiteId>();
  info.project = row.id<ProjectId>();
  info.project_name = row.text();
  info.workflow_name = row.text();
  if (const auto workflow = row.maybe_number()) info.workflow = WorkflowId{*workflow};
  info.revision = row.text();
  info.timezone = row.text();
  info.session_time = Instant(std::chrono::seconds(row.number()));
  info.session_uuid = row.text();
  info.retry_attempt_name = row.maybe_name();
  info.created_at = row.time();
  return info;
}

std::string select_attempts(std::string_view tables_and_where) {
  std::string text = "SELECT ";
  text.append(kInfoColumns)
      .append(
          ", a.attempt_index, a.params, a.done, a.success, a.cancel_requested, a.finished_at, "
          "a.starts_after FROM ");
  return text.append(tables_and_where);
}

AttemptSummary summary_from(Rows::Row& row) {
  AttemptSummary summary;
  summary.info = info_from(row);
  summary.index = row.number();
  summary.params = object_from(row.maybe_text());
  summary.done = row.flag();
  summary.success = row.flag();
  summary.cancel_requested = row.flag();
  summary.finished_at = row.maybe_time();
  summary.waits = row.maybe_number().has_value();
  return summary;
}

SessionSummary session_from(Rows::Row& row) {
  AttemptSummary last = summary_from(row);
  return {last.info.session, std::move(last)};
}

}  // namespace mogura::store::sql
