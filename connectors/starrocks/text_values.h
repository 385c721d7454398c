// SPDX-License-Identifier: Apache-2.0
// Values as StarRocks shows them over its SQL port, and back into the values that JsonRows wrote.
#pragma once

#include <string_view>

#include "data/column.h"

namespace sluice::starrocks {

// Appends the value that `text` shows. False: it is none of the column's type, and nothing was
// appended.
bool AppendShown(std::string_view text, Column& out);

}  // namespace sluice::starrocks
