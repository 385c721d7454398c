// SPDX-License-Identifier: Apache-2.0
// Thread: a named thread that its owner ends. The only way to start one outside this room.
#pragma once

#include <functional>
#include <string>

#include "base/sync.h"

namespace sluice {

class Thread {
 public:
  Thread() = default;
  // Runs `body` at once. `name` is cut to 15 characters (shown by ps and debuggers).
  Thread(std::string name, std::function<void()> body);
  Thread(Thread&&) = default;
  Thread& operator=(Thread&&) = default;
  ~Thread() { Join(); }  // the owner must already have told `body` to end

  void Join();
  bool joinable() const { return thread_.joinable(); }

 private:
  NativeThread thread_;
};

}  // namespace sluice
