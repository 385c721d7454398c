// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"

#include <malloc.h>

namespace sluice {

// The allocator of a sanitizer refuses, and keeps no heaps of this kind.
void ReturnLargeBlocks() {
  mallopt(M_MMAP_THRESHOLD, 2 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

}  // namespace sluice
