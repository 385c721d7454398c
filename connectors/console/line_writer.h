// SPDX-License-Identifier: Apache-2.0
// LineWriter: where printed rows go. Tests put a string behind it.
#pragma once

#include <string_view>

#include "base/status.h"

namespace sluice::console {

// Any thread; the lines of one call stay together.
class LineWriter {
 public:
  virtual ~LineWriter() = default;
  // Whole lines, each with its line end. May hold them until Flush.
  virtual Status Write(std::string_view lines) = 0;
  virtual Status Flush() = 0;
};

// Standard output of the process.
LineWriter& StandardOutput();

}  // namespace sluice::console
