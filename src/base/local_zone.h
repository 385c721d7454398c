// SPDX-License-Identifier: Apache-2.0
// LocalZone: wall times of the process's zone, which TZ names, or else /etc/localtime.
#pragma once

#include <cstdint>
#include <vector>

namespace sluice {

// Times are microseconds since 1970-01-01 00:00:00, of UTC or of the zone. Any thread.
class LocalZone {
 public:
  // The zone that TZ names now. Reads its rules once, which takes some milliseconds.
  LocalZone();
  // That of the process's first use of it.
  static const LocalZone& OfProcess();

  int64_t ToLocal(int64_t utc) const;
  // As java.time has it: of a wall time that comes twice, when clocks go back, the first one; one
  // that never comes, when clocks go forward, is taken to be later by what they leave out.
  int64_t ToUtc(int64_t local) const;

 private:
  // An offset from UTC, and the second of UTC from which on it holds.
  struct Period {
    int64_t begin;
    int64_t offset;
  };
  int64_t OffsetAt(int64_t second) const;

  std::vector<Period> periods_;
};

}  // namespace sluice
