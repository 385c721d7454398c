// SPDX-License-Identifier: Apache-2.0
// CHECK(cond): an assertion that guards data and stays on in release builds. It is for defects of
// sluice, never for bad input. It ends the process; the job resumes from its last checkpoint at the
// next start.
#pragma once

namespace sluice::internal {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace sluice::internal

#define CHECK(condition)                                               \
  do {                                                                 \
    if (!(condition)) [[unlikely]] {                                   \
      ::sluice::internal::CheckFailed(#condition, __FILE__, __LINE__); \
    }                                                                  \
  } while (false)
