// SPDX-License-Identifier: Apache-2.0
// LogCursor: follows where a log stream stands, event by event.
#pragma once

#include "mysql/binlog/event.h"
#include "mysql/splits.h"

namespace sluice::mysql {

class LogCursor {
 public:
  LogCursor() = default;
  explicit LogCursor(LogPoint point) : point_(std::move(point)) {}

  // Call with every event of the stream in order; not with those inside a TransactionPayload.
  void OnEvent(const LogEvent& event);
  // Behind the last event. The file is empty until the server has named it.
  const LogPoint& point() const { return point_; }
  // Where the last event began. REQUIRES: it is one of the file, not one made up for the stream.
  LogPoint begin() const { return {point_.file, begin_}; }

 private:
  LogPoint point_{"", 4};
  uint64_t begin_ = 4;  // in the file of point_
};

}  // namespace sluice::mysql
