// Where the tasks of a workflow stand in its file.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace mogura::cli {

/// The numbers of the lines, from 1, of the tasks in a `.dig` file by their names below the
/// workflow (`+load+a`), and of its `schedule`. Only tasks that are written as blocks are found:
/// not those within braces, nor those of other files.
std::map<std::string, int, std::less<>> task_lines(std::string_view dig);

}  // namespace mogura::cli
