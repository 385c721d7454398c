// SPDX-License-Identifier: Apache-2.0
#include "mysql/log_cursor.h"

namespace sluice::mysql {
namespace {

// The header holds 32 bits of an offset that may be larger.
uint64_t Extend(uint64_t before, uint32_t low) {
  constexpr uint64_t kSpan = uint64_t{1} << 32U;
  const uint64_t candidate = (before & ~(kSpan - 1)) | low;
  return candidate < before ? candidate + kSpan : candidate;
}

}  // namespace

void LogCursor::OnEvent(const LogEvent& event) {
  if (const auto* rotate = std::get_if<Rotate>(&event.body)) {
    point_ = {std::string(rotate->file), rotate->position};
  } else if (const auto* heartbeat = std::get_if<Heartbeat>(&event.body)) {
    if (!heartbeat->file.empty() && heartbeat->position != 0) {
      // The older form holds 32 bits of it.
      const bool low = event.header.type == EventType::kHeartbeat && heartbeat->file == point_.file;
      const auto position = heartbeat->position;
      point_ = {std::string(heartbeat->file),
                low ? Extend(point_.offset, static_cast<uint32_t>(position)) : position};
    }
  } else if (!event.header.artificial() && event.header.next_position != 0) {
    point_.offset = Extend(point_.offset, event.header.next_position);
    begin_ = point_.offset - event.header.size;
  }
}

}  // namespace sluice::mysql
