// py> (operators.md §4.2); the runner's contract is at the top of runners/runner.py.
#include "operators/factories.h"
#include "operators/runners.h"
#include "operators/script_language.h"

namespace mogura::operators {
namespace {

constexpr ScriptLanguage kPython{
    .operator_name = "py",
    .program_key = "python",
    .runner_file = "runner.py",
    .runner = kRunnerPy,
    .options = [](const Context&, const Workspace&) { return std::vector<std::string>(); },
    .failure_prefix = "Python command failed with code ",
    .script_error_prefix = "\nError messages from python: ",
    .advice = "Set `python:` to the interpreter, for instance `python: python3`",
};

}  // namespace

std::unique_ptr<Operator> make_py(Context& context) {
  return make_script(context, kPython);
}

}  // namespace mogura::operators
