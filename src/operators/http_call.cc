// http_call> (operators.md §5.2): the tasks of a workflow definition that a server answers with.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/unique_fd.h"
#include "operators/factories.h"
#include "operators/http_exchange.h"
#include "operators/http_text.h"
#include "operators/workspace.h"
#include "value/config.h"
#include "value/json.h"
#include "value/merge.h"
#include "value/yaml_writer.h"
#include "workflow/definition.h"

namespace mogura::operators {
namespace {

constexpr Logger kHttpCallLog("io.digdag.standards.operator.HttpCallOperatorFactory");
constexpr std::string_view kCalledWorkflow = "http_call";
constexpr std::int64_t kDefaultMaxDefinitionLength = 65536;  // characters

/// A definition beside the files that it may include, under a name of its own so that tasks of one
/// project do not meet, and hidden from listings of the project's workflows.
class DefinitionFile {
 public:
  DefinitionFile(const std::filesystem::path& directory, std::string_view source) {
    constexpr std::string_view kSuffix = ".dig";
    std::string name = (directory / ".http_call-XXXXXX").string() + std::string(kSuffix);
    const UniqueFd file(::mkostemps(name.data(), static_cast<int>(kSuffix.size()), O_CLOEXEC));
    if (!file) throw Error("io", directory.string() + ": " + std::strerror(errno));
    path_ = name;
    while (!source.empty()) {
      const ssize_t written = ::write(file.get(), source.data(), source.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        const int problem = errno;
        ::unlink(path_.c_str());
        throw Error("io", name + ": " + std::strerror(problem));
      }
      source.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ~DefinitionFile() { ::unlink(path_.c_str()); }
  DefinitionFile(const DefinitionFile&) = delete;
  DefinitionFile& operator=(const DefinitionFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class HttpCallOperator : public Operator {
 public:
  explicit HttpCallOperator(Context& context) : context_(context) {
    value::merge_default(context.config, value::find_object(context.config, "http"));
    parameters_ = read_http_parameters(context.config, context.environment.system_config);
    content_type_ = value::find_text(context.config, "content_type_override");
    max_length_ = value::find_long(context.environment.system_config,
                                   "config.http_call.max_response_content_size")
                      .value_or(kDefaultMaxDefinitionLength);
  }

  Step run() override {
    const HttpCall call = prepare_http_call(context_, parameters_, UriSource::command);
    auto outcome = exchange_http(context_, parameters_, call);
    if (auto* poll = std::get_if<Poll>(&outcome)) return std::move(*poll);

    const std::string source = definition_source(std::get<net::HttpResponse>(outcome));
    kHttpCallLog.info("Fetched definition for http_call>:\n{}", source);
    Done done;
    done.result.subtask_config = load(source);
    return done;
  }

 private:
  /// The answer as YAML.
  std::string definition_source(const net::HttpResponse& response) const {
    const std::string own_type = response.header("Content-Type").value_or("");
    const ContentType type = parse_content_type(content_type_.value_or(own_type));
    const std::string text = content_text(response, type.charset.value_or("UTF-8"), max_length_);
    if (type.media_type == "application/json") return yaml_of(text);
    if (type.media_type == "application/x-yaml") return text;
    if (type.media_type.empty()) {
      throw TaskFailed("Content-Type must be set in the HTTP response but not set");
    }
    throw TaskFailed(
        "Unsupported Content-Type (expected application/json or application/x-yaml): " +
        parse_content_type(own_type).media_type);
  }

  static std::string yaml_of(const std::string& json) {
    try {
      return value::to_yaml(value::parse_json(json));
    } catch (const Error& error) {
      throw RuntimeError("Failed to parse response as JSON: " + error.message(), {error});
    }
  }

  Object load(const std::string& source) const {
    const Workspace workspace(context_);
    const DefinitionFile file(workspace.absolute_work_directory(), source);
    const std::string name = (workspace.work_directory() / kCalledWorkflow).string();
    return workflow::load_definition(file.path(), name).config;
  }

  Context& context_;
  HttpParameters parameters_;
  std::optional<std::string> content_type_;  // instead of the answer's
  std::int64_t max_length_ = 0;
};

}  // namespace

std::unique_ptr<Operator> make_http_call(Context& context) {
  return std::make_unique<HttpCallOperator>(context);
}

}  // namespace mogura::operators
