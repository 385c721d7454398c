// SPDX-License-Identifier: Apache-2.0
// Values of every type as the text that files hold, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "data/column.h"
#include "format/time_pattern.h"

namespace sluice {

struct TextStyle {
  TimePattern date = *TimePattern::Parse("yyyy-MM-dd");
  TimePattern time = *TimePattern::Parse("HH:mm:ss");
  TimePattern datetime = *TimePattern::Parse("yyyy-MM-dd HH:mm:ss");
  std::optional<std::string> null_text;  // besides a blank, what means null when read
};

// REQUIRES: not null. Bytes are appended as they are. A time of day that is negative or has more
// than 24 hours keeps its own form, "-12:00:00".
void AppendValueText(const Column& column, uint32_t row, const TextStyle& style, std::string& out);

// Appends the value that `text` stands for, never null. Returns what was expected instead, empty
// when all is well; then nothing was appended.
std::string ReadValueText(std::string_view text, const TextStyle& style, Column& out);

// Whether there is nothing but blanks.
bool IsBlank(std::string_view text);

// `text` for messages: shortened, without control characters.
std::string Excerpt(std::string_view text);

}  // namespace sluice
