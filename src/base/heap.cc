#include "base/heap.h"

#include <malloc.h>

namespace mogura {

void return_free_memory() {
  // Sanitizers bring an allocator of their own; the C library's must not even be asked then.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  ::malloc_trim(0);
#endif
}

}  // namespace mogura
