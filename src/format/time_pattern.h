// SPDX-License-Identifier: Apache-2.0
// TimePattern: dates and times in the form that a pattern such as "yyyy-MM-dd HH:mm:ss.SSS" names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class TimePattern {
 public:
  // Letters as Java has them: yyyy MM dd HH mm ss, and S to SSSSSSSSS for the fraction. Text in
  // quotes, a T and all that is no letter stands for itself. Empty when it holds anything else.
  static std::optional<TimePattern> Parse(std::string_view pattern);

  // `micros`: of the day, from 0 on and less than 24 hours. What the pattern leaves out is lost.
  void Append(int32_t days, int64_t micros, std::string& out) const;
  // False when `text` has another form, or names a day or time that there is not. What the pattern
  // leaves out is 1970-01-01 00:00:00; digits of the fraction beyond the sixth are dropped.
  bool Read(std::string_view text, int32_t& days, int64_t& micros) const;

  const std::string& text() const { return text_; }

 private:
  struct Piece {
    char letter = 0;  // 0: `literal`
    unsigned width = 0;
    std::string literal;
  };
  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace sluice
