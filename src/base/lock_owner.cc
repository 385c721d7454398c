// SPDX-License-Identifier: Apache-2.0
#include "base/lock_owner.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <vector>

#include "base/env.h"

namespace sluice {

int LockOwner(const std::string& path) {
  Env& env = Env::Default();
  const auto text = env.ReadFile(path);
  int pid = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), pid);
  struct stat own{};
  if (pid <= 0 || ::stat(path.c_str(), &own) != 0) return 0;
  const std::string open = fmt::format("/proc/{}/fd", pid);
  for (const std::string& name : env.List(open).value_or(std::vector<std::string>())) {
    struct stat one{};
    if (::stat((open + "/" + name).c_str(), &one) != 0) continue;
    if (one.st_dev == own.st_dev && one.st_ino == own.st_ino) return pid;
  }
  return 0;
}

}  // namespace sluice
