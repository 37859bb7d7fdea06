#include "cli/task_workspaces.h"

#include "blob/task_workspace.h"

namespace mogura::cli {
namespace {

class UnpackedProject : public agent::ProjectFiles {
 public:
  UnpackedProject(const std::filesystem::path& root, const operators::TaskRequest& request,
                  std::string_view archive)
      : workspace_(root,
                   {request.project, request.workflow_name, request.attempt, request.task_id}) {
    workspace_.unpack(archive);
  }
  const std::filesystem::path& path() const override { return workspace_.path(); }

 private:
  const blob::TaskWorkspace workspace_;
};

}  // namespace

TaskWorkspaces::TaskWorkspaces(store::Projects& projects, std::filesystem::path root,
                               std::uint64_t max_cached_bytes)
    : root_(std::move(root)),
      archives_(
          [&projects](ProjectId project, const std::string& name) -> std::optional<std::string> {
            const auto revision = projects.find_revision(project, name);
            if (!revision) return std::nullopt;
            return projects.find_archive(revision->id);
          },
          max_cached_bytes) {}

std::unique_ptr<agent::ProjectFiles> TaskWorkspaces::open(const operators::TaskRequest& request) {
  const auto archive = archives_.get(request.project, request.revision);
  return std::make_unique<UnpackedProject>(root_, request, *archive);
}

}  // namespace mogura::cli
