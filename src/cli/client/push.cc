// push, upload, download (cli.md §14.1-14.3).
#include <stdlib.h>

#include <filesystem>

#include "blob/project_archive.h"
#include "blob/temporary_directory.h"
#include "calendar/time_zone.h"
#include "cli/client/arguments_check.h"
#include "cli/client/lookups.h"
#include "cli/client/report.h"
#include "cli/client/server_api.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/project_packing.h"
#include "store/uuid.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

/// The archive of a push, gone with it. Digdag keeps it below the working directory.
class PushArchive {
 public:
  explicit PushArchive(const Program& program) {
    if (program.is_mogura()) {
      own_directory_.emplace(fs::temp_directory_path());
      shown = "archive";
      path = own_directory_->path() / "archive.tar.gz";
    } else {
      const fs::path directory = fs::path(".digdag") / "tmp";
      make_directories(directory);
      shown = directory / ("archive-" + std::to_string(::arc4random()) + ".tar.gz");
      path = absolute_path(shown);
    }
  }
  ~PushArchive() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
  PushArchive(const PushArchive&) = delete;
  PushArchive& operator=(const PushArchive&) = delete;

  fs::path path;
  std::string shown;

 private:
  std::optional<blob::TemporaryDirectory> own_directory_;
};

void show_workflow_files(const Invocation& invocation, const std::vector<std::string>& files) {
  if (files.empty()) {
    invocation.print("WARNING: this project has no workflows.");
    invocation.print("         Workflows are the files *.dig in the project's directory itself:");
    invocation.print(
        "         those in directories below it are not found. Nothing can be started");
    invocation.print("         until a revision with workflows is pushed.");
    return;
  }
  invocation.print("Workflows:");
  for (const std::string& file : files) invocation.print("  " + file);
}

/// How far an upload is, on the terminal's last line.
class UploadProgress {
 public:
  UploadProgress(Console& console, std::uint64_t total) : console_(console), total_(total) {}
  ~UploadProgress() {
    if (percent_ >= 0) console_.err("\r\033[K");
  }
  UploadProgress(const UploadProgress&) = delete;
  UploadProgress& operator=(const UploadProgress&) = delete;

  void sent(std::uint64_t bytes) {
    const int percent = static_cast<int>(total_ == 0 ? 100 : bytes * 100 / total_);
    if (percent == percent_) return;
    percent_ = percent;
    console_.err("\rUploading " + std::to_string(total_ / 1024) + " KiB... " +
                 std::to_string(percent) + "%");
  }

 private:
  Console& console_;
  const std::uint64_t total_;
  int percent_ = -1;  // what is shown; -1: nothing
};

Value send_archive(const Invocation& invocation, const ServerApi& server, const Query& query,
                   std::string archive) {
  if (!invocation.program.is_mogura() || !invocation.console.err_is_terminal()) {
    return server.upload("/api/projects", query, std::move(archive));
  }
  UploadProgress progress(invocation.console, archive.size());
  return server.upload("/api/projects", query, std::move(archive),
                       [&](std::uint64_t bytes) { progress.sent(bytes); });
}

int upload_archive(const Invocation& invocation, const std::string& project,
                   const std::string& revision, std::string archive) {
  const ServerApi server = connect(invocation);
  Query query =
      Query().add("project", std::string_view(project)).add("revision", std::string_view(revision));
  if (const auto from = invocation.arguments.text("--schedule-from")) {
    query.add("schedule_from",
              std::string_view(calendar::utc_iso(parse_instant_argument(*from).value())));
  }
  const Value answer = send_archive(invocation, server, query, std::move(archive));
  if (prints_json(invocation)) return print_json(invocation, answer);
  const Object& uploaded = object_in(answer);
  invocation.print("Uploaded:");
  print_block(invocation, {{"id", text_in(uploaded, "id")},
                           {"name", text_in(uploaded, "name")},
                           {"revision", text_in(uploaded, "revision")},
                           {"archive type", text_in(uploaded, "archiveType")},
                           {"project created at", text_in(uploaded, "createdAt")},
                           {"revision updated at", text_in(uploaded, "updatedAt")}});
  invocation.print("Use `" + invocation.program.name + " workflows` to show all workflows.");
  return kSuccess;
}

std::string revision_of(const Arguments& arguments) {
  return arguments.text("-r").value_or(store::new_uuid());
}

/// The bytes of a revision's archive. Throws Error where there is none.
std::string fetch_archive(const ServerApi& server, const Object& project,
                          const std::string& revision) {
  try {
    return server.get_bytes(
        project_path(project, "/archive"),
        server.with_download_choice(Query().add("revision", std::string_view(revision))));
  } catch (const Refusal& refusal) {
    static constexpr int kNotFound = 404;
    if (refusal.status() != kNotFound) throw;
    throw Error("", "Project archive of revision '" + revision + "' does not exist.");
  }
}

}  // namespace

int run_push(const Invocation& invocation) {
  check_client_arguments(invocation);
  const Arguments& arguments = invocation.arguments;
  const PushArchive archive(invocation.program);
  const bool quiet = prints_json(invocation);
  const std::vector<std::string> workflow_files =
      pack_project(invocation, {.project = absolute_path(arguments.text_or("--project", ".")),
                                .archive = archive.path,
                                .shown_archive = archive.shown,
                                .quiet = quiet,
                                .times = blob::FileTimes::left_out});
  if (!quiet) show_workflow_files(invocation, workflow_files);
  return upload_archive(invocation, arguments.positionals()[0], revision_of(arguments),
                        read_file(archive.path));
}

int run_upload(const Invocation& invocation) {
  check_client_arguments(invocation);
  const Arguments& arguments = invocation.arguments;
  return upload_archive(invocation, arguments.positionals()[1], revision_of(arguments),
                        read_file(arguments.positionals()[0]));
}

int run_download(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const Arguments& arguments = invocation.arguments;
  const std::string& name = arguments.positionals()[0];
  const Object project = find_project(server, name);
  const std::string revision = arguments.text_or("-r", text_in(project, "revision"));
  const std::string directory = arguments.text_or("-o", name);
  const std::string archive = fetch_archive(server, project, revision);
  make_directories(directory);
  for (const blob::UnpackedEntry& entry : blob::unpack_project(archive, directory)) {
    invocation.print("  " + (fs::path(directory) / entry.name).string() +
                     (entry.link_target ? " -> " + *entry.link_target : ""));
  }
  invocation.print("Extracted project '" + name + "' revision '" + revision + "' to " + directory +
                   ".");
  return kSuccess;
}

}  // namespace mogura::cli
