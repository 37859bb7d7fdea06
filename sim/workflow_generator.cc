#include "sim/workflow_generator.h"

#include <string>

namespace mogura::sim {
namespace {

constexpr int kMaxDepth = 3;
constexpr std::size_t kMaxChildren = 4;

std::string child_name(std::size_t at) {
  return std::string("+") + static_cast<char>('a' + at);
}

Object random_params(Random& random) {
  Object params;
  const std::vector<std::string> keys{"u", "v", "w"};
  for (std::size_t i = random.below(3); i-- > 0;) {
    if (random.one_in(3)) {
      params.set("o", Object{{random.pick(keys), random.below(100)}});
    } else {
      params.set(random.pick(keys), random.below(100));
    }
  }
  return params;
}

Value random_retry(Random& random) {
  if (random.one_in(6)) return "${n}";  // unevaluated: a group ignores it
  if (random.one_in(2)) return random.below(3);
  Object retry{{"limit", random.below(3)}, {"interval", random.below(20)}};
  if (random.one_in(2)) retry.set("interval_type", "exponential");
  return retry;
}

Object random_task(Random& random) {
  Object task{{"sh>", "x"}};
  if (random.one_in(4)) task.set("_export", random_params(random));
  if (random.one_in(5)) task.set("_retry", random_retry(random));
  if (random.one_in(5)) task.set("_error", Object{{"sh>", "error"}});
  if (random.one_in(6)) task.set("_check", Object{{"sh>", "check"}});
  return task;
}

Object random_group(Random& random, int depth) {
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
    Object child = nested ? random_group(random, depth + 1) : random_task(random);
    if (parallel && at > 0 && random.one_in(4)) {
      child.set("_after", Array{child_name(random.below(at))});
    }
    if (!parallel && random.one_in(5)) child.set("_background", true);
    group.set(child_name(at), std::move(child));
  }
  return group;
}

}  // namespace

Object random_workflow(Random& random) {
  return random_group(random, 0);
}

engine::TaskResult random_result(Random& random) {
  engine::TaskResult result;
  if (random.one_in(2)) result.store_params = random_params(random);
  if (random.one_in(4)) result.export_params = random_params(random);
  if (random.one_in(5)) result.reset_store_params.push_back(random.one_in(2) ? "v" : "w");
  if (random.one_in(5)) result.subtask_config = random_group(random, kMaxDepth - 1);
  return result;
}

}  // namespace mogura::sim
