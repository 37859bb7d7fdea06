// One child, from the request to the running program.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include "base/unique_fd.h"
#include "process/supervisor.h"
#include "process/warden.h"

namespace mogura::process {

struct StartedChild {
  pid_t pid = -1;   // and the number of its process group
  UniqueFd pidfd;   // readable when the child has ended
  UniqueFd output;  // read end of the pipe that is its standard output and error
};

/// Starts a child and returns when it has become its program. The child leads a process group that
/// the warden knows, has /dev/null as standard input, no other descriptors than the standard ones,
/// default signal handling, and `descriptor_limit`. The cost does not depend on our memory. Throws
/// what ExecPlan::fail() does; no process is left then.
StartedChild start_child(const SpawnRequest& request, const Warden& warden,
                         const rlimit& descriptor_limit);

}  // namespace mogura::process
