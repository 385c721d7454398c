// SPDX-License-Identifier: Apache-2.0
// ColumnLimits: what a column of a target takes, and whether values fit it. For targets that would
// otherwise refuse a whole load without naming the row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/column.h"

namespace sluice {

struct ColumnLimits {
  bool nullable = true;
  std::optional<size_t> bytes;       // of a text in UTF-8, or of bytes
  std::optional<size_t> characters;  // of a text
  // Of whole numbers, both inclusive; also of the whole part of a decimal.
  std::optional<Int128> least;
  std::optional<Int128> most;
  // Of a decimal: digits before the point.
  std::optional<int> whole_digits;
  bool no_nul = false;  // of a text: it holds no NUL
  bool finite = false;  // of a floating number: it is neither NaN nor infinite

  bool any() const {
    return !nullable || bytes || characters || least || most || whole_digits || no_nul || finite;
  }
};

// Bits of what a column of that SQL type holds, of whole numbers up to BIGINT; 0: it is none.
int BitsOf(std::string_view type);

// Why the value is refused; empty: it fits. A limit that does not concern the column's type is
// none.
std::string WhyUnfit(const Column& column, uint32_t row, const ColumnLimits& limits);

}  // namespace sluice
