// SPDX-License-Identifier: Apache-2.0
// The characters of a HOCON or JSON document: where the reader stands, blanks, comments, quoted
// text, and how to go on behind a mistake. Internal to the room.
#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include "config/diagnostics.h"

namespace sluice::hocon {

// Thrown within the parser only, to the nearest place that can go on behind the mistake.
struct ParseError {
  Remark remark;
  bool fatal = false;  // what follows cannot be told apart from the mistake
};

class Scanner {
 public:
  Scanner(const std::string& text, std::string file, bool json);

  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool Looking(std::string_view word) const { return text_.compare(at_, word.size(), word) == 0; }
  void Advance(size_t count = 1);
  Origin Here() const { return {file_, line_, static_cast<int>(at_ - line_start_) + 1}; }
  size_t at() const { return at_; }
  struct Place {
    size_t at;
    size_t line_start;
    int line;
  };
  Place place() const { return {at_, line_start_, line_}; }
  void Return(const Place& to) {
    std::tie(at_, line_start_, line_) = std::tie(to.at, to.line_start, to.line);
  }
  const std::string& text() const { return text_; }
  const std::string& file() const { return file_; }

  [[noreturn]] void Throw(std::string what) const { throw ParseError{{Here(), std::move(what)}}; }
  [[noreturn]] static void Throw(const Origin& origin, std::string what) {
    throw ParseError{{origin, std::move(what)}};
  }
  [[noreturn]] static void ThrowFatal(const Origin& origin, std::string what) {
    throw ParseError{{origin, std::move(what)}, true};
  }

  bool AtComment() const { return Peek() == '#' || (Peek() == '/' && Peek(1) == '/'); }
  void SkipBlanks();
  bool SkipSpace();  // blanks, line ends and comments; true when a line ended
  // Between members or elements: a line end or one comma. False: neither.
  bool SkipSeparator(char closing);
  std::string QuotedText();  // REQUIRES: Peek() == '"'

  // To the end of the line on which something was wrong, and of all brackets opened on the way; not
  // past `closing`, the bracket that ends the object or list around it. Moves on at least so far
  // that the same mistake is not met again.
  void Recover(char closing);

 private:
  void SkipComment();
  std::string TripleQuotedText();
  void Escape(std::string& out);
  uint32_t Hex4(size_t ahead) const;

  const std::string& text_;
  const std::string file_;
  const bool json_;
  size_t at_ = 0;
  size_t line_start_ = 0;
  int line_ = 1;
};

}  // namespace sluice::hocon
