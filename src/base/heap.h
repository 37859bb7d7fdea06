// The memory that the allocator keeps.
#pragma once

namespace mogura {

/// Returns to the system what is free. The C library keeps what a burst of work has freed, which
/// may be hundreds of megabytes. Takes milliseconds for each hundred; any thread.
void return_free_memory();

}  // namespace mogura
