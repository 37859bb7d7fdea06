// Which tasks a run passes over: --start, --goal, --end, --rerun as two sets of names
// (cli.md §12.3.6).
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/error.h"
#include "workflow/compiler.h"

namespace mogura::cli {

struct SkipOptions {
  bool rerun = false;
  std::optional<std::string> start;  // task patterns
  std::optional<std::string> goal;
  std::optional<std::string> end;
};

class SkipPlan {
 public:
  using Names = std::set<std::string, std::less<>>;
  std::optional<Names> may_run;    // absent: all
  std::optional<Names> may_reuse;  // whose saved states count; absent: all
  /// The tasks that are written in the workflow. Given, a generated task is treated as the nearest
  /// of them above it; absent, the sets decide about generated tasks as about others, as with
  /// Digdag.
  std::optional<Names> written;

  bool runs(std::string_view task) const { return !may_run || may_run->contains(decisive(task)); }
  bool reuses(std::string_view task) const {
    return !may_reuse || may_reuse->contains(decisive(task));
  }

 private:
  std::string_view decisive(std::string_view task) const;
};

/// Throws UsageError for options that exclude each other (cli.md §12.3.1).
void check_skip_options(const SkipOptions& options);

enum class GeneratedTasks { as_named, as_their_ancestor };

/// Throws what finding the tasks throws.
SkipPlan make_skip_plan(const workflow::TaskTree& tree, const SkipOptions& options,
                        GeneratedTasks generated = GeneratedTasks::as_named);

}  // namespace mogura::cli
