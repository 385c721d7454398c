// SPDX-License-Identifier: Apache-2.0
#include "sim/planted_bugs.h"

namespace sluice {

thread_local Bug planted_bug = Bug::kNone;

}  // namespace sluice
