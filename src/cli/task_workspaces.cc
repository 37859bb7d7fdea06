#include "cli/task_workspaces.h"

#include <algorithm>

namespace mogura::cli {
namespace {

std::uint64_t weight(const blob::TaskWorkspace& workspace) {
  constexpr std::uint64_t kDirectoryBytes = 1u << 20;
  return workspace.bytes() + kDirectoryBytes;
}

}  // namespace

class TaskWorkspaces::Copy : public agent::ProjectFiles {
 public:
  Copy(TaskWorkspaces& all, Revision revision, std::unique_ptr<blob::TaskWorkspace> workspace)
      : all_(all), revision_(std::move(revision)), workspace_(std::move(workspace)) {}
  ~Copy() override { all_.give_back({std::move(revision_), std::move(workspace_)}); }
  const std::filesystem::path& path() const override { return workspace_->path(); }

 private:
  TaskWorkspaces& all_;
  Revision revision_;
  std::unique_ptr<blob::TaskWorkspace> workspace_;
};

TaskWorkspaces::TaskWorkspaces(store::Projects& projects,
                               operators::TemporaryDirectories& directories,
                               std::filesystem::path root, const Limits& limits)
    : directories_(directories),
      root_(std::move(root)),
      max_idle_bytes_(limits.idle_bytes),
      archives_(
          [&projects](ProjectId project, const std::string& name) -> std::optional<std::string> {
            const auto revision = projects.find_revision(project, name);
            if (!revision) return std::nullopt;
            return projects.find_archive(revision->id);
          },
          limits.archive_bytes) {}

std::unique_ptr<agent::ProjectFiles> TaskWorkspaces::open(const operators::TaskRequest& request) {
  const Revision revision{request.project, request.revision};
  const blob::TaskWorkspace::Task task{request.project, request.workflow_name, request.attempt,
                                       request.task_id};
  std::unique_ptr<blob::TaskWorkspace> workspace = reuse(revision, task);
  if (!workspace) {
    const auto archive = archives_.get(request.project, request.revision);
    workspace = std::make_unique<blob::TaskWorkspace>(root_, task);
    workspace->unpack(*archive);
  }
  return std::make_unique<Copy>(*this, revision, std::move(workspace));
}

std::unique_ptr<blob::TaskWorkspace> TaskWorkspaces::reuse(const Revision& revision,
                                                           const blob::TaskWorkspace::Task& task) {
  while (std::unique_ptr<blob::TaskWorkspace> workspace = take_idle(revision)) {
    // Meanwhile somebody may have cleaned up among temporary files.
    const std::filesystem::path earlier = workspace->path();
    if (workspace->restore(directories_.kept_in(earlier)) && workspace->move_to(task)) {
      directories_.project_moved(earlier, workspace->path());
      return workspace;
    }
    directories_.project_removed(earlier);
  }
  return nullptr;
}

std::unique_ptr<blob::TaskWorkspace> TaskWorkspaces::take_idle(const Revision& revision) {
  const MutexLock lock(mutex_);
  const auto found = std::ranges::find(idle_, revision, &Idle::revision);
  if (found == idle_.end()) return nullptr;
  std::unique_ptr<blob::TaskWorkspace> workspace = std::move(found->workspace);
  idle_.erase(found);
  idle_bytes_ -= weight(*workspace);
  return workspace;
}

void TaskWorkspaces::give_back(Idle copy) noexcept {
  if (!copy.workspace->restore(directories_.kept_in(copy.workspace->path()))) {
    directories_.project_removed(copy.workspace->path());
    return;
  }
  std::list<Idle> surplus;
  {
    const MutexLock lock(mutex_);
    idle_bytes_ += weight(*copy.workspace);
    idle_.push_front(std::move(copy));
    while (idle_bytes_ > max_idle_bytes_) {
      idle_bytes_ -= weight(*idle_.back().workspace);
      surplus.splice(surplus.begin(), idle_, std::prev(idle_.end()));
    }
  }
  for (const Idle& idle : surplus) directories_.project_removed(idle.workspace->path());
}

}  // namespace mogura::cli
