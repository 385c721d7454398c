// SPDX-License-Identifier: Apache-2.0
// Code that is loaded when it is first needed, so that a job without it pays nothing for it.
#pragma once

#include <string>

#include "base/status.h"

namespace sluice {

// The address of `symbol` in the shared library `name`, which lies in the folder of the executable
// or where the system looks. It stays loaded until the process ends. Any thread. kUnsupported with
// the reason of the system when it cannot be loaded.
Result<void*> LoadSymbol(const std::string& name, const std::string& symbol);

}  // namespace sluice
