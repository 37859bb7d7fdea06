// Which process groups still have somebody in them.
#pragma once

#include <sys/types.h>

#include <unordered_set>

namespace mogura::process {

/// The groups of all processes that we can see and that are not zombies: an init that is slow to
/// reap, or absent as in many containers, does not keep a group alive. Reads all of /proc, some
/// 10 µs for each process.
std::unordered_set<pid_t> living_groups();

}  // namespace mogura::process
