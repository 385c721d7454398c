// SPDX-License-Identifier: Apache-2.0
// Who holds a lock of Env::Default().
#pragma once

#include <string>

namespace sluice {

// The process that holds the lock at `path`: its file names that process, and the process has the
// file open. 0: it cannot be told. The number in the file alone may be of a process that is gone,
// and by now be another one's.
int LockOwner(const std::string& path);

}  // namespace sluice
