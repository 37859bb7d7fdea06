// rb> (operators.md §4.3); the runner's contract is at the top of runners/runner.rb.
#include "operators/factories.h"
#include "operators/runners.h"
#include "operators/script_language.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

std::vector<std::string> ruby_options(const Context& context, const Workspace& workspace) {
  std::vector<std::string> options{"-I", workspace.absolute_work_directory().string()};
  if (const auto file = value::find_text(context.config, "require")) {
    options.insert(options.end(), {"-r", *file});
  }
  options.emplace_back("--");
  return options;
}

constexpr ScriptLanguage kRuby{
    .operator_name = "rb",
    .program_key = "ruby",
    .runner_file = "runner.rb",
    .runner = kRunnerRb,
    .options = ruby_options,
    .failure_prefix = "Ruby command failed with code ",
    .script_error_prefix = ": ",
    .advice = "Set `ruby:` to the interpreter, for instance `ruby: /usr/bin/ruby`",
};

}  // namespace

std::unique_ptr<Operator> make_rb(Context& context) {
  return make_script(context, kRuby);
}

}  // namespace mogura::operators
