#include "executor/attempt_gateway.h"

namespace mogura::executor {

std::optional<operators::Attempts::State> AttemptGateway::start_or_find(const Start& start) {
  std::optional<ProjectId> project = start.project_id;
  if (start.project_name) project = workflows_.project_named(*start.project_name);
  if (!project && !start.project_name) project = start.caller_project;
  if (!project) return std::nullopt;
  auto workflow = workflows_.find(*project, start.workflow_name);
  if (!workflow) return std::nullopt;

  StartRequest request;
  request.workflow = std::move(*workflow);
  request.session_time = start.session_time;
  request.run_time = clock_.now();
  request.params = start.params;
  request.retry_attempt_name = start.retry_attempt_name;
  const Executor::Started started = executor_->start_attempt(request);
  return State{started.state.session, started.state.attempt, started.is_new, started.state.done,
               started.state.success};
}

}  // namespace mogura::executor
