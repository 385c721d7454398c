// SPDX-License-Identifier: Apache-2.0
// Regex: regular expressions of job files, in Java's dialect (base/java_pattern.h), over UTF-8.
//
// A search goes back and forth as Java's does, with look-around and back references, but is given
// up with an error after a fixed number of steps: a pattern like (a+)+b can neither hang a job nor
// exhaust a stack. Bytes that are not UTF-8 match nothing. Line ends are \n, \r and \r\n.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace sluice {

// What a search found: bytes [begin, end) of the text. A group that took no part is not `there`.
struct RegexGroup {
  size_t begin = 0;
  size_t end = 0;
  bool there = false;
};

// Movable. One thread at a time.
class Regex {
 public:
  // kInvalidConfig, quoting the pattern and saying what is wrong and where.
  static Result<Regex> Compile(const std::string& pattern);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  const std::string& pattern() const { return pattern_; }
  uint32_t groups() const { return groups_; }  // without the whole match
  // 0: there is none of that name.
  uint32_t GroupNamed(const std::string& name) const;

  // kInvalidConfig when the search takes too many steps; likewise below.
  Result<bool> MatchesAll(std::string_view text) const;
  // The next match at or after byte `from`: group 0 is the whole match. Valid until the next
  // search; empty: there is none.
  Result<const std::vector<RegexGroup>*> Find(std::string_view text, size_t from) const;
  // Where to look on after `match`: behind it, and one character further when it was empty.
  static size_t After(std::string_view text, const RegexGroup& match);

 private:
  struct Compiled;
  Regex();
  Result<bool> Search(std::string_view text, size_t from, uint32_t options) const;

  std::string pattern_;
  uint32_t groups_ = 0;
  std::unique_ptr<Compiled> compiled_;
};

// What Java's Matcher puts in place of a match: "$1", "${name}", and \ before a character that
// stands for itself.
class RegexReplacement {
 public:
  // kInvalidConfig for a group that `regex` does not have, and for a lone $ or \.
  static Result<RegexReplacement> Parse(const std::string& text, const Regex& regex);
  void AppendTo(std::string_view subject, const std::vector<RegexGroup>& match,
                std::string& out) const;

 private:
  struct Piece {
    std::string text;  // then
    int64_t group = -1;
  };
  std::vector<Piece> pieces_;
};

}  // namespace sluice
