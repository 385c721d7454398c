// SPDX-License-Identifier: Apache-2.0
// Values of rows as a job file gives them word by word.
#pragma once

#include <cstdint>
#include <string>

#include "config/value.h"
#include "data/column.h"

namespace sluice {

// Appends `value` to `out`, or returns what was expected instead. CURRENT_DATE, CURRENT_TIME and
// CURRENT_TIMESTAMP are `now_micros`.
std::string AppendLiteral(const Value& value, int64_t now_micros, Column& out);

}  // namespace sluice
