// SPDX-License-Identifier: Apache-2.0
// The words of a statement as a server reads them. Pure.
// Source: https://dev.mysql.com/doc/refman/8.0/en/language-structure.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"

namespace sluice::mysql {

// What decides how a server reads a statement's text.
struct SqlDialect {
  uint32_t version = 80033;  // major * 10000 + minor * 100 + patch
  bool mariadb = false;
  bool ansi_quotes = false;       // "x" is a name
  bool backslash_escapes = true;  // off: NO_BACKSLASH_ESCAPES
  bool real_is_float = false;     // REAL_AS_FLOAT
};

// Of a server's version text: "8.0.33-log", "10.11.19-MariaDB", "5.5.5-10.11.19-MariaDB".
SqlDialect DialectOf(std::string_view server_version);

enum class TokenKind : uint8_t {
  kEnd,
  kWord,    // a keyword or a name without quotes
  kName,    // a quoted name
  kText,    // 'x', without its escapes
  kBytes,   // x'41', 0x41, b'01' or 0b01, as the bytes they stand for
  kNumber,  // without sign
  kSymbol,  // one byte of anything else
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;
};

// The tokens of a statement without its comments; what a version comment holds counts when a server
// of this version runs it. A quote that is not closed ends the list with a symbol of that quote.
// No more than `max` are read.
std::vector<Token> Tokenize(std::string_view sql, const SqlDialect& dialect, size_t max = SIZE_MAX);
// The first token behind comments and opening parentheses.
Token FirstToken(std::string_view sql, const SqlDialect& dialect);

// A cursor over tokens. After the first failure it stands at the end.
class Tokens {
 public:
  explicit Tokens(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  bool AtEnd() const { return at_ >= tokens_.size(); }
  const Token& Peek(size_t ahead = 0) const;
  // A word without quotes, in any case, or a symbol.
  bool Looking(std::string_view word, size_t ahead = 0) const;
  bool LookingAny(std::initializer_list<std::string_view> words) const;
  bool Take(std::string_view word);
  bool TakeAny(std::initializer_list<std::string_view> words);
  bool TakeAll(std::initializer_list<std::string_view> words);  // all in this order, or none
  const Token& Next();
  std::string Name();  // quoted or not
  std::string Text();  // 'a' 'b' are one
  uint64_t Number();
  void Expect(std::string_view word);
  void SkipParentheses();  // one balanced group, if it stands before one
  void SkipClause();       // to the next comma or closing parenthesis of this depth
  bool SkipSettings();     // MariaDB's SET STATEMENT ... FOR, if it stands before one
  void SkipAll() { at_ = tokens_.size(); }

  void Fail(std::string_view expected);
  const std::string& problem() const { return problem_; }  // empty: none so far

 private:
  std::vector<Token> tokens_;
  size_t at_ = 0;
  std::string problem_;
};

}  // namespace sluice::mysql
