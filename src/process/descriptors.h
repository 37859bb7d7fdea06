// The process's own file descriptors, put in order before the first child is started.
#pragma once

#include <sys/resource.h>

#include <cstddef>

namespace mogura::process {

/// Opens /dev/null in the place of standard input, output and error where they are closed, so that
/// nothing opened later becomes the standard output of somebody else. Throws RuntimeError.
void open_standard_descriptors();

/// Raises this process's soft limit of open files to the hard one. Returns the limits as they were:
/// children get them back, since programs that use select() go wrong with more.
rlimit raise_descriptor_limit();

/// How many children may run at once, so that their descriptors leave enough for everything else
/// under the present limit. At least 1.
std::size_t child_capacity();

}  // namespace mogura::process
