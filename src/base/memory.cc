// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"

#include <malloc.h>

#include "base/check.h"

namespace sluice {

void ReturnLargeBlocks() {
  CHECK(mallopt(M_MMAP_THRESHOLD, 2 << 20) == 1);
  CHECK(mallopt(M_TRIM_THRESHOLD, 1 << 20) == 1);
}

}  // namespace sluice
