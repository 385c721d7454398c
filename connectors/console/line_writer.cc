// SPDX-License-Identifier: Apache-2.0
#include "console/line_writer.h"

#include <cstdio>

#include "base/sync.h"

namespace sluice::console {
namespace {

class StdoutLines : public LineWriter {
 public:
  Status Write(std::string_view lines) override {
    const std::lock_guard lock(mutex_);
    if (std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size()) return {};
    return {Code::kUnavailable, "standard output takes no more lines"};
  }
  Status Flush() override {
    const std::lock_guard lock(mutex_);
    if (std::fflush(stdout) == 0) return {};
    return {Code::kUnavailable, "standard output takes no more lines"};
  }

 private:
  Mutex mutex_;
};

}  // namespace

LineWriter& StandardOutput() {
  static StdoutLines lines;
  return lines;
}

}  // namespace sluice::console
