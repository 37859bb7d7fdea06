// Naming a task on the command line (language.md §1.1, cli.md §11.6), and cutting out a subtree.
#pragma once

#include <string_view>

#include "workflow/compiler.h"

namespace mogura::workflow {

/// The one task whose full name ends with `pattern`. Throws Error of kind "no match", "multiple
/// task match" or "syntax".
TaskPosition find_task(const TaskTree& tree, std::string_view pattern);

/// Only the task at `root_of_subtree` and what is below it, attached to the tree's root without its
/// upstreams (cli.md §12.3.11). Full names stay.
TaskTree extract_subtree(const TaskTree& tree, TaskPosition root_of_subtree);

}  // namespace mogura::workflow
