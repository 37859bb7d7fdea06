#include "cli/status_files.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/log.h"
#include "cli/files.h"
#include "value/config.h"
#include "value/yaml_writer.h"
#include "workflow/yaml.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

constexpr Logger kStatusLog("io.digdag.cli.ResumeStateManager");
constexpr std::string_view kFileSuffix = ".yml";

constexpr std::size_t kMaxFileName = 255;  // bytes
constexpr std::size_t kDigestDigits = 16;
// No task's name has it.
constexpr char kDigestSign = '~';

// FNV-1a: a digest that must be the same for each build of the program.
std::uint64_t digest(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string file_name(const std::string& task_name) {
  constexpr std::size_t kMaxPlain = kMaxFileName - kFileSuffix.size();
  constexpr std::size_t kKept = kMaxPlain - kDigestDigits - 1;
  if (task_name.size() <= kMaxPlain) return fmt::format("{}{}", task_name, kFileSuffix);
  return fmt::format("{}{}{:0{}x}{}", task_name.substr(0, kKept), kDigestSign, digest(task_name),
                     kDigestDigits, kFileSuffix);
}

/// Whether the file belongs to a task below the root of the workflow.
bool is_state_of(std::string_view file_name, const std::string& workflow) {
  const std::string root = "+" + workflow;
  if (!file_name.starts_with(root) || !file_name.ends_with(kFileSuffix)) return false;
  const std::string_view below = file_name.substr(root.size());
  return below.starts_with('+') || below.starts_with('^');
}

bool holds_state_of(const fs::path& session, const std::string& workflow) {
  std::error_code error;
  for (fs::directory_iterator entry(session, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (is_state_of(entry->path().filename().native(), workflow) &&
        entry->is_regular_file(ignored)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string status_text(const std::string& task_name, const engine::TaskResult& result) {
  Array resets;
  for (const std::string& path : result.reset_store_params) resets.emplace_back(path);
  Object report = result.report;
  for (const std::string_view list : {"inputs", "outputs"}) {
    if (!report.contains(list)) report.set(list, Array{});
  }
  return value::to_yaml(Object{{"fullName", task_name},
                               {"state", "success"},
                               {"result", Object{{"subtaskConfig", result.subtask_config},
                                                 {"exportParams", result.export_params},
                                                 {"resetStoreParams", std::move(resets)},
                                                 {"storeParams", result.store_params},
                                                 {"report", std::move(report)}}}});
}

std::optional<engine::TaskResult> parse_status(std::string_view text) {
  const Value document = workflow::parse_yaml(text);
  if (!document.is_object()) throw ConfigError("The state of a task must be an object");
  const Object& file = document.as_object();
  const std::string state = value::get_text(file, "state");
  value::get_text(file, "fullName");
  const Object& saved = value::get_object(file, "result");
  engine::TaskResult result;
  result.subtask_config = value::get_object(saved, "subtaskConfig");
  result.export_params = value::get_object(saved, "exportParams");
  result.reset_store_params = value::get_text_list(saved, "resetStoreParams");
  result.store_params = value::get_object(saved, "storeParams");
  result.report = value::find_object(saved, "report");
  if (state != "success") return std::nullopt;
  return result;
}

StatusFiles::StatusFiles(fs::path directory) : directory_(std::move(directory)) {
  std::error_code error;
  for (fs::directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    names_.insert(entry->path().filename().string());
  }
  const bool none_yet = error == std::errc::no_such_file_or_directory;
  if (error && !none_yet) {
    kStatusLog.warn("The states in {} cannot be listed: {}", directory_.string(), error.message());
  }
}

std::optional<engine::TaskResult> StatusFiles::read(const std::string& task_name) const {
  const std::string name = file_name(task_name);
  if (!names_.contains(name)) return std::nullopt;
  const fs::path path = directory_ / name;
  try {
    const std::optional<std::string> text = read_file_if_present(path);
    return text ? parse_status(*text) : std::nullopt;
  } catch (const Error& error) {
    kStatusLog.warn("Ignoring the state file {}: {}", path.string(), error.chain());
    return std::nullopt;
  }
}

void StatusFiles::write(const std::string& task_name, const engine::TaskResult& result) const {
  const fs::path path = path_of(task_name);
  const std::string text = status_text(task_name, result);
  // Of a new file a crash leaves the whole text or something malformed, which is ignored.
  if (!write_new_file(path, text)) write_file(path, text, Durability::atomic);
}

fs::path StatusFiles::path_of(const std::string& task_name) const {
  return directory_ / file_name(task_name);
}

std::string session_directory(Instant session_time, const calendar::TimeZone& zone) {
  return calendar::compact_time(session_time, zone);
}

std::optional<Instant> last_saved_session(const fs::path& state_directory,
                                          const std::string& workflow) {
  std::optional<Instant> last;
  std::error_code error;
  for (fs::directory_iterator entry(state_directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::optional<Instant> time =
        calendar::parse_compact_time(entry->path().filename().native());
    if (time && (!last || *time > *last) && holds_state_of(entry->path(), workflow)) last = time;
  }
  return last;
}

}  // namespace mogura::cli
