#include "sim/workflow_generator.h"

#include <string>

namespace mogura::sim {
namespace {

constexpr int kMaxDepth = 3;
constexpr std::size_t kMaxChildren = 4;

std::string child_name(std::size_t at) {
  return std::string("+") + static_cast<char>('a' + at);
}

const std::vector<std::string> kParams{"u", "v", "w"};

Object random_params(Random& random) {
  Object params;
  for (std::size_t i = random.below(3); i-- > 0;) {
    if (random.one_in(20)) {
      params.set("o", 1);  // where others expect an object
    } else if (random.one_in(3)) {
      params.set("o", Object{{random.pick(kParams), random.below(100)}});
    } else {
      params.set(random.pick(kParams), random.below(100));
    }
  }
  return params;
}

Value random_retry(Random& random) {
  if (random.one_in(6)) return "${n}";  // unevaluated: a group ignores it
  if (random.one_in(20)) return Object{{"interval_type", "sometimes"}};
  if (random.one_in(2)) return random.below(3);
  Object retry{{"limit", random.below(3)}, {"interval", random.below(20)}};
  if (random.one_in(2)) retry.set("interval_type", "exponential");
  return retry;
}

// What a task generates below itself.
Object random_body(Random& random) {
  if (random.one_in(3)) return {{"+s", Object{{"sh>", "x"}}}};
  return {{"echo>", "${v + 1}"}};
}

// What the operator is, and what belongs to it.
Object random_operator(Random& random, Operators operators) {
  if (operators == Operators::sh || random.one_in(2)) return {{"sh>", "x"}};
  Object task;
  switch (random.below(6)) {
    case 0:
      task.set("echo>", random.one_in(4) ? "${nowhere.x}" : "${task_name}");
      break;
    case 1:
      task.set("if>", random.one_in(2));
      task.set("_do", random_body(random));
      task.set("_else_do", Object{{"echo>", "else"}});
      break;
    case 2:
      task.set("loop>", random.below(4));
      task.set("_parallel", random.one_in(2));
      task.set("_do", random_body(random));
      break;
    case 3:
      task.set("for_each>", Object{{"v", Array{1, 2}}, {"u", Array{"a"}}});
      task.set("_do", random_body(random));
      break;
    case 4:
      task.set("fail>", "as it is meant to");
      break;
    default:
      task.set("echo>", "plain");
  }
  return task;
}

Object random_task(Random& random, Operators operators) {
  Object task = random_operator(random, operators);
  if (random.one_in(4)) task.set("_export", random_params(random));
  if (random.one_in(5)) task.set("_retry", random_retry(random));
  if (random.one_in(5)) task.set("_error", Object{{"sh>", "error"}});
  if (random.one_in(6)) task.set("_check", Object{{"sh>", "check"}});
  return task;
}

Object random_group(Random& random, Operators operators, int depth) {
  Object group;
  if (random.one_in(3)) group.set("_export", random_params(random));
  if (random.one_in(4)) group.set("_retry", random_retry(random));
  if (random.one_in(5)) group.set("_error", Object{{"+e", Object{{"sh>", "error"}}}});
  const std::size_t kind = random.below(4);
  const bool parallel = kind >= 2;
  if (kind == 2) group.set("_parallel", true);
  if (kind == 3) group.set("_parallel", Object{{"limit", 1 + random.below(3)}});
  const std::size_t children = random.below(kMaxChildren + 1);
  for (std::size_t at = 0; at < children; ++at) {
    const bool nested = depth < kMaxDepth && random.one_in(3);
    Object child =
        nested ? random_group(random, operators, depth + 1) : random_task(random, operators);
    if (parallel && at > 0 && random.one_in(4)) {
      child.set("_after", Array{child_name(random.below(at))});
    }
    if (!parallel && random.one_in(5)) child.set("_background", true);
    group.set(child_name(at), std::move(child));
  }
  return group;
}

}  // namespace

Object random_workflow(Random& random, Operators operators) {
  return random_group(random, operators, 0);
}

Object random_sla(Random& random) {
  Object sla{{"duration", "00:00:" + std::to_string(10 + random.below(50))}};
  if (random.one_in(2)) sla.set("fail", random.one_in(2));
  if (random.one_in(3)) sla.set("alert", false);
  if (random.one_in(2)) sla.set("+late", Object{{"sh>", "late"}});
  if (random.one_in(10)) sla.set("alert", "perhaps");  // broken
  return sla;
}

engine::TaskResult random_result(Random& random) {
  engine::TaskResult result;
  if (random.one_in(2)) result.store_params = random_params(random);
  if (random.one_in(4)) result.export_params = random_params(random);
  if (random.one_in(5)) {
    result.reset_store_params.push_back((random.one_in(3) ? "o." : "") + random.pick(kParams));
  }
  if (random.one_in(5)) {
    result.subtask_config = random_group(random, Operators::sh, kMaxDepth - 1);
  }
  return result;
}

}  // namespace mogura::sim
