// SPDX-License-Identifier: Apache-2.0
// LogFile: the events of a whole binary-log file that is held in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "mysql/binlog/event.h"

namespace sluice::mysql {

// The bytes must outlive it and the events it gives. One thread.
class LogFile {
 public:
  // kCorruption unless the bytes begin like a binary log.
  static Result<LogFile> Open(std::string_view bytes);

  // Raw bytes of the next event, for EventParser::Parse; nothing at the end. kCorruption when the
  // last event is cut short.
  Result<std::optional<std::string_view>> Next();
  // Where the next event begins.
  uint64_t offset() const { return offset_; }

 private:
  explicit LogFile(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes_;
  uint64_t offset_ = 4;
};

}  // namespace sluice::mysql
