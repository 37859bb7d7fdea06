#include "cli/task_workspaces.h"

#include <algorithm>

namespace mogura::cli {
namespace {

std::uint64_t weight(const blob::TaskWorkspace& workspace) {
  constexpr std::uint64_t kDirectoryBytes = 1u << 20;
  return workspace.bytes() + kDirectoryBytes;
}

std::string readable_archive(blob::ArchiveStore& archives, const store::Revision& revision) {
  auto archive = archives.read(revision);
  if (!archive) throw RuntimeError(archive.error().message);
  return *std::move(archive);
}

}  // namespace

class TaskWorkspaces::Copy : public agent::ProjectFiles {
 public:
  Copy(TaskWorkspaces& all, Content content, std::unique_ptr<blob::TaskWorkspace> workspace)
      : all_(all), content_(std::move(content)), workspace_(std::move(workspace)) {}
  ~Copy() override { all_.give_back({std::move(content_), std::move(workspace_)}); }
  const std::filesystem::path& path() const override { return workspace_->path(); }

 private:
  TaskWorkspaces& all_;
  Content content_;
  std::unique_ptr<blob::TaskWorkspace> workspace_;
};

TaskWorkspaces::TaskWorkspaces(const Dependencies& dependencies, std::filesystem::path root,
                               const Limits& limits)
    : directories_(dependencies.directories),
      root_(std::move(root)),
      max_idle_bytes_(limits.idle_bytes),
      revisions_(dependencies.projects, dependencies.clock),
      archives_(
          [&archives = dependencies.archives](const store::Revision& revision) {
            return readable_archive(archives, revision);
          },
          limits.archive_bytes) {}

std::unique_ptr<agent::ProjectFiles> TaskWorkspaces::open(const operators::TaskRequest& request) {
  const store::Revision revision = revisions_.get(request.project, request.revision);
  const Content content{request.project, blob::archive_identity(revision)};
  const blob::TaskWorkspace::Task task{request.project, request.workflow_name, request.attempt,
                                       request.task_id};
  std::unique_ptr<blob::TaskWorkspace> workspace = reuse(content, task);
  if (!workspace) workspace = fresh(revision, task);
  return std::make_unique<Copy>(*this, content, std::move(workspace));
}

std::unique_ptr<blob::TaskWorkspace> TaskWorkspaces::fresh(const store::Revision& revision,
                                                           const blob::TaskWorkspace::Task& task) {
  if (revision.archive_type == "none") return std::make_unique<blob::TaskWorkspace>(root_, task);
  const auto archive = archives_.get(revision);
  auto workspace = std::make_unique<blob::TaskWorkspace>(root_, task);
  workspace->unpack(*archive);
  return workspace;
}

std::unique_ptr<blob::TaskWorkspace> TaskWorkspaces::reuse(const Content& content,
                                                           const blob::TaskWorkspace::Task& task) {
  while (std::unique_ptr<blob::TaskWorkspace> workspace = take_idle(content)) {
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

std::unique_ptr<blob::TaskWorkspace> TaskWorkspaces::take_idle(const Content& content) {
  const MutexLock lock(mutex_);
  const auto found = std::ranges::find(idle_, content, &Idle::content);
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
