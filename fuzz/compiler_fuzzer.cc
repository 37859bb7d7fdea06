#include "fuzz/fuzz.h"
#include "workflow/compiler.h"
#include "workflow/definition.h"
#include "workflow/yaml.h"

using mogura::fuzz::check;
using mogura::workflow::kNoTask;
using mogura::workflow::kNoUpstreams;
using mogura::workflow::TaskPosition;
using mogura::workflow::TaskTree;

namespace {

void check_tree(const TaskTree& tree) {
  check(!tree.tasks.empty() && tree.tasks[0].parent == kNoTask, "the root is first");
  for (TaskPosition at = 1; at < tree.tasks.size(); ++at) {
    const auto& task = tree.tasks[at];
    check(task.parent < at, "parents stand before their children");
    check(task.name_offset < task.full_name.size(), "a task has a name");
    if (task.upstreams == kNoUpstreams) continue;
    check(!tree.upstreams.at(task.upstreams).empty(), "a set of upstreams has members");
    for (const TaskPosition upstream : tree.upstreams[task.upstreams]) {
      check(upstream < at && tree.tasks[upstream].parent == task.parent,
            "tasks wait for siblings before them");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return mogura::fuzz::try_input(bytes, size, [](std::string_view text) {
    const mogura::Value root = mogura::workflow::parse_yaml(text, "input.dig");
    if (!root.is_object()) return;
    const auto definition = mogura::workflow::make_definition(root.as_object(), "input");
    check_tree(mogura::workflow::compile("", "+input", definition.config));
  });
}
