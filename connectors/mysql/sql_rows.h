// SPDX-License-Identifier: Apache-2.0
// Values of small answers.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ascii.h"

namespace sluice::mysql {

using AnswerRow = std::vector<std::optional<std::string>>;  // of a SqlTable

// Empty for NULL.
inline std::string Text(const AnswerRow& row, size_t i) {
  return row[i].value_or("");
}

inline std::optional<uint64_t> Number(const AnswerRow& row, size_t i) {
  if (!row[i]) return std::nullopt;
  uint64_t value = 0;
  std::from_chars(row[i]->data(), row[i]->data() + row[i]->size(), value);
  return value;
}

}  // namespace sluice::mysql
