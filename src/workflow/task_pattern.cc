#include "workflow/task_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "value/utf8.h"

namespace mogura::workflow {
namespace {

// Characters before which a pattern is cut into pieces: ASCII that no task name holds, and the
// signs that begin a name.
bool begins_piece(char c) {
  constexpr std::string_view kPlain = "_-=[]{}%&@`,.";
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
  return is_ascii && !is_letter && !(c >= '0' && c <= '9') &&
         kPlain.find(c) == std::string_view::npos;
}

void check_pattern(std::string_view pattern) {
  for (std::size_t begin = 0; begin < pattern.size();) {
    const auto next = std::ranges::find_if(pattern.substr(begin + 1), begins_piece);
    const auto end = static_cast<std::size_t>(next - pattern.begin());
    if (value::utf16_length(pattern.substr(begin, end - begin)) == 1) {
      throw Error("syntax", fmt::format("Match patterns excepting direct child (+name+name) is not "
                                        "supported: {}",
                                        pattern));
    }
    begin = end;
  }
}

// The names that patterns are compared with: by the place in the tree, which for an extracted task
// is not the place that its full name tells of.
std::vector<std::string> matched_names(const TaskTree& tree) {
  std::vector<std::string> names;
  names.reserve(tree.tasks.size());
  for (const TaskNode& task : tree.tasks) {
    names.push_back(task.parent == kNoTask ? task.full_name
                                           : names[task.parent] + std::string(task.name()));
  }
  return names;
}

}  // namespace

TaskPosition find_task(const TaskTree& tree, std::string_view pattern) {
  check_pattern(pattern);
  const std::vector<std::string> names = matched_names(tree);
  std::vector<std::string_view> matching;
  TaskPosition found = kNoTask;
  for (TaskPosition position = 0; position < names.size(); ++position) {
    if (!names[position].ends_with(pattern)) continue;
    matching.push_back(names[position]);
    found = position;
  }
  if (matching.empty()) {
    throw Error("no match",
                fmt::format("Task pattern '{}' doesn't match with any tasks.", pattern));
  }
  if (matching.size() > 1) {
    throw Error("multiple task match",
                fmt::format("Task pattern '{}' is ambiguous. Matching candidates are [{}]", pattern,
                            fmt::join(matching, ", ")));
  }
  return found;
}

TaskTree extract_subtree(const TaskTree& tree, TaskPosition root_of_subtree) {
  if (root_of_subtree == 0) return tree;
  TaskTree result;
  result.tasks.push_back(tree.tasks.front());
  const auto new_position = [&](TaskPosition old) { return old - root_of_subtree + 1; };
  std::map<UpstreamSet, UpstreamSet> new_sets;
  for (TaskPosition old = root_of_subtree; old < tree.tasks.size(); ++old) {
    TaskNode task = tree.tasks[old];
    if (old == root_of_subtree) {
      task.parent = 0;
      task.upstreams = kNoUpstreams;
    } else if (task.parent < root_of_subtree) {
      break;  // depth-first order: the subtree is over
    } else {
      task.parent = new_position(task.parent);
    }
    if (task.upstreams != kNoUpstreams) {
      const auto [set, is_new] =
          new_sets.try_emplace(task.upstreams, static_cast<UpstreamSet>(result.upstreams.size()));
      if (is_new) {
        result.upstreams.push_back(tree.upstreams[task.upstreams]);
        for (TaskPosition& position : result.upstreams.back()) position = new_position(position);
      }
      task.upstreams = set->second;
    }
    result.tasks.push_back(std::move(task));
  }
  return result;
}

}  // namespace mogura::workflow
