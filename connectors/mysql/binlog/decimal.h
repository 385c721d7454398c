// SPDX-License-Identifier: Apache-2.0
// MySQL's packed DECIMAL: groups of nine decimal digits in four bytes, most significant first, the
// sign in the top bit and all bits flipped for negative numbers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "data/column.h"

namespace sluice::mysql {

// Bytes of a DECIMAL(precision, scale). 0 when the pair is impossible (precision 1..65, scale
// 0..30, scale <= precision).
size_t PackedDecimalSize(unsigned precision, unsigned scale);

// The value of packed `bytes` at `target_scale` digits behind the point; false when it does not fit
// 38 digits, would lose digits or is damaged. REQUIRES: bytes.size() == PackedDecimalSize(...),
// target_scale 0..38.
bool UnpackDecimal(std::string_view bytes, unsigned precision, unsigned scale,
                   unsigned target_scale, Int128& out);

// Appends the digits, for any precision: "-12.340".
void AppendPackedDecimal(std::string_view bytes, unsigned precision, unsigned scale,
                         std::string& out);

}  // namespace sluice::mysql
