// SPDX-License-Identifier: Apache-2.0
// RateLimit: env.read_limit.*: a budget of rows and bytes a second for one source task. May be
// overdrawn by one chunk, which the next refills pay back.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/env.h"

namespace sluice {

class RateLimit {
 public:
  RateLimit() = default;  // unlimited
  RateLimit(int64_t rows_per_second, int64_t bytes_per_second)
      : rows_per_second_(rows_per_second), bytes_per_second_(bytes_per_second) {}

  void Refill(TimePoint now) {
    if (last_.micros != 0) {
      const double seconds = static_cast<double>((now - last_).count()) / 1e6;
      rows_ = std::min(rows_ + seconds * static_cast<double>(rows_per_second_),
                       static_cast<double>(rows_per_second_));
      bytes_ = std::min(bytes_ + seconds * static_cast<double>(bytes_per_second_),
                        static_cast<double>(bytes_per_second_));
    }
    last_ = now;
  }
  void Spend(uint64_t rows, uint64_t bytes) {
    rows_ -= static_cast<double>(rows);
    bytes_ -= static_cast<double>(bytes);
  }
  bool exhausted() const {
    return (rows_per_second_ > 0 && rows_ < 0) || (bytes_per_second_ > 0 && bytes_ < 0);
  }

 private:
  int64_t rows_per_second_ = 0;  // 0: unlimited
  int64_t bytes_per_second_ = 0;
  double rows_ = 0;
  double bytes_ = 0;
  TimePoint last_;
};

}  // namespace sluice
