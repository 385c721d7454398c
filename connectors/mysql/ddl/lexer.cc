// SPDX-License-Identifier: Apache-2.0
#include "mysql/ddl/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace sluice::mysql {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

// Two dashes begin a comment only before a blank or at the end: 5--1 is a number.
bool IsBlank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isspace(byte) != 0 || std::iscntrl(byte) != 0;
}

char Unescaped(char c) {
  switch (c) {
    case '0':
      return '\0';
    case 'b':
      return '\b';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'Z':
      return '\x1a';
    default:
      return c;
  }
}

bool IsDigitOf(char c, int bits_each) {
  if (bits_each == 1) return c == '0' || c == '1';
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

std::string BytesOf(std::string_view digits, int bits_each) {
  std::string out;
  const size_t each = 8 / static_cast<size_t>(bits_each);
  std::string padded((each - digits.size() % each) % each, '0');
  padded += digits;
  for (size_t i = 0; i < padded.size(); i += each) {
    unsigned value = 0;
    const char* at = padded.data() + i;
    std::from_chars(at, at + each, value, bits_each == 4 ? 16 : 2);
    out += static_cast<char>(value);
  }
  return out;
}

class Lexer {
 public:
  Lexer(std::string_view sql, const SqlDialect& dialect) : sql_(sql), dialect_(dialect) {}

  bool Skip() {
    while (at_ < sql_.size()) {
      if (std::isspace(static_cast<unsigned char>(Peek())) != 0) {
        ++at_;
      } else if (Peek() == '#' || (Peek() == '-' && Peek(1) == '-' && IsBlank(Peek(2)))) {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (Peek() == '/' && Peek(1) == '*') {
        SkipComment();
      } else if (inside_ > 0 && Peek() == '*' && Peek(1) == '/') {
        at_ += 2;
        --inside_;
      } else {
        return true;
      }
    }
    return false;
  }

  Token Next() {
    const char first = Peek();
    if (first == '`' || (first == '"' && dialect_.ansi_quotes)) {
      return Quoted(TokenKind::kName, first);
    }
    if (first == '\'' || first == '"') return Quoted(TokenKind::kText, first);
    if (Peek(1) == '\'' && (first == 'x' || first == 'X' || first == 'b' || first == 'B')) {
      ++at_;
      Token token = Quoted(TokenKind::kText, '\'');
      if (token.kind != TokenKind::kText) return token;
      const bool hex = first == 'x' || first == 'X';
      return {TokenKind::kBytes, BytesOf(token.text, hex ? 4 : 1)};
    }
    if (Peek(1) == '\'' && (first == 'n' || first == 'N')) {
      ++at_;
      return Quoted(TokenKind::kText, '\'');
    }
    return IsWordByte(first) ? Word() : Token{TokenKind::kSymbol, std::string(1, sql_[at_++])};
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  // What stands in /*! ... */ and /*!80000 ... */ is run; MariaDB leaves out what is for MySQL 5.7
  // and later, and has /*M! ... */ of its own.
  void SkipComment() {
    const bool own = dialect_.mariadb && Peek(2) == 'M' && Peek(3) == '!';
    if (Peek(2) != '!' && !own) {
      const size_t end = sql_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? sql_.size() : end + 2;
      return;
    }
    at_ += own ? 4 : 3;
    uint32_t version = 0;
    size_t digits = 0;
    while (digits < 6 && IsDigit(Peek(digits))) {
      version = version * 10 + static_cast<uint32_t>(Peek(digits++) - '0');
    }
    if (digits < 5) {
      digits = 0;
      version = 0;
    }
    at_ += digits;
    const bool others = dialect_.mariadb && !own && version >= 50700 && version <= 99999;
    if (version <= dialect_.version && !others) {
      ++inside_;
      return;
    }
    for (int depth = 1; depth > 0 && at_ < sql_.size(); ++at_) {
      if (Peek() == '/' && Peek(1) == '*') {
        ++depth;
        ++at_;
      } else if (Peek() == '*' && Peek(1) == '/') {
        --depth;
        ++at_;
      }
    }
  }

  Token Word() {
    size_t end = at_;
    while (end < sql_.size() && IsWordByte(sql_[end])) ++end;
    std::string_view text = sql_.substr(at_, end - at_);
    const bool digits = std::ranges::all_of(text, IsDigit);
    const bool fraction = digits && !after_dot_ && end + 1 < sql_.size() && sql_[end] == '.' &&
                          IsDigit(sql_[end + 1]);
    if (fraction) {
      ++end;
      while (end < sql_.size() && IsWordByte(sql_[end])) ++end;
      text = sql_.substr(at_, end - at_);
    }
    const bool name = after_dot_;
    at_ = end;
    after_dot_ = Peek() == '.';
    for (const auto& [prefix, bits_each] : {std::pair("0x", 4), std::pair("0b", 1)}) {
      const std::string_view bytes = text.substr(std::min<size_t>(text.size(), 2));
      if (name || bytes.empty() || !text.starts_with(prefix)) continue;
      if (!std::ranges::all_of(bytes, [&](char c) { return IsDigitOf(c, bits_each); })) continue;
      return {TokenKind::kBytes, BytesOf(bytes, bits_each)};
    }
    return {digits ? TokenKind::kNumber : TokenKind::kWord, std::string(text)};
  }

  Token Quoted(TokenKind kind, char quote) {
    const bool escapes = quote != '`' && kind == TokenKind::kText && dialect_.backslash_escapes;
    Token token{kind, ""};
    for (++at_; at_ < sql_.size(); ++at_) {
      if (escapes && Peek() == '\\' && at_ + 1 < sql_.size()) {
        const char next = Peek(1);
        // Kept for patterns.
        if (next == '%' || next == '_') token.text += '\\';
        token.text += Unescaped(next);
        ++at_;
      } else if (Peek() != quote) {
        token.text += Peek();
      } else if (Peek(1) == quote) {
        token.text += quote;
        ++at_;
      } else {
        ++at_;
        after_dot_ = Peek() == '.';
        return token;
      }
    }
    return {TokenKind::kSymbol, std::string(1, quote)};
  }

  std::string_view sql_;
  const SqlDialect& dialect_;
  size_t at_ = 0;
  int inside_ = 0;          // version comments that are open
  bool after_dot_ = false;  // what follows is the second part of a name
};

}  // namespace

SqlDialect DialectOf(std::string_view server_version) {
  SqlDialect dialect;
  dialect.mariadb = Lower(server_version).find("mariadb") != std::string::npos;
  if (dialect.mariadb && server_version.starts_with("5.5.5-")) server_version.remove_prefix(6);
  uint32_t parts[3] = {0, 0, 0};
  const char* at = server_version.data();
  const char* const end = at + server_version.size();
  for (uint32_t& part : parts) {
    const auto parsed = std::from_chars(at, end, part);
    if (parsed.ec != std::errc()) return dialect;
    at = parsed.ptr == end ? end : parsed.ptr + 1;
  }
  dialect.version = parts[0] * 10'000 + parts[1] * 100 + parts[2];
  return dialect;
}

std::vector<Token> Tokenize(std::string_view sql, const SqlDialect& dialect, size_t max) {
  Lexer lexer(sql, dialect);
  std::vector<Token> out;
  while (out.size() < max && lexer.Skip()) out.push_back(lexer.Next());
  return out;
}

Token FirstToken(std::string_view sql, const SqlDialect& dialect) {
  Lexer lexer(sql, dialect);
  while (lexer.Skip()) {
    Token token = lexer.Next();
    if (token.kind != TokenKind::kSymbol || token.text != "(") return token;
  }
  return {};
}

const Token& Tokens::Peek(size_t ahead) const {
  static const Token kEnd;
  return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : kEnd;
}

bool Tokens::Looking(std::string_view word, size_t ahead) const {
  const Token& token = Peek(ahead);
  if (token.kind == TokenKind::kSymbol) return token.text == word;
  return token.kind == TokenKind::kWord && SameWord(token.text, word);
}

bool Tokens::LookingAny(std::initializer_list<std::string_view> words) const {
  return std::ranges::any_of(words, [&](std::string_view word) { return Looking(word); });
}

bool Tokens::Take(std::string_view word) {
  if (!Looking(word)) return false;
  ++at_;
  return true;
}

bool Tokens::TakeAny(std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return Take(word); });
}

bool Tokens::TakeAll(std::initializer_list<std::string_view> words) {
  size_t ahead = 0;
  for (const std::string_view word : words) {
    if (!Looking(word, ahead++)) return false;
  }
  at_ += words.size();
  return true;
}

const Token& Tokens::Next() {
  const Token& token = Peek();
  at_ = std::min(at_ + 1, tokens_.size());
  return token;
}

std::string Tokens::Name() {
  const TokenKind kind = Peek().kind;
  if (kind == TokenKind::kWord || kind == TokenKind::kName || kind == TokenKind::kNumber) {
    return Next().text;
  }
  Fail("a name");
  return "";
}

std::string Tokens::Text() {
  if (Peek().kind != TokenKind::kText) {
    Fail("a text");
    return "";
  }
  std::string out = Next().text;
  while (Peek().kind == TokenKind::kText) out += Next().text;
  return out;
}

uint64_t Tokens::Number() {
  const Token& token = Peek();
  uint64_t value = 0;
  const char* const end = token.text.data() + token.text.size();
  const auto parsed = std::from_chars(token.text.data(), end, value);
  if (token.kind != TokenKind::kNumber || parsed.ec != std::errc() || parsed.ptr != end) {
    Fail("a number");
    return 0;
  }
  Next();
  return value;
}

void Tokens::Expect(std::string_view word) {
  if (!Take(word)) Fail(word);
}

void Tokens::SkipParentheses() {
  if (!Looking("(")) return;
  int depth = 0;
  for (; !AtEnd(); ++at_) {
    if (Looking("(")) ++depth;
    if (Looking(")") && --depth == 0) {
      ++at_;
      return;
    }
  }
  Fail(")");
}

void Tokens::SkipClause() {
  while (!AtEnd() && !Looking(",") && !Looking(")")) {
    if (Looking("(")) {
      SkipParentheses();
    } else {
      ++at_;
    }
  }
}

bool Tokens::SkipSettings() {
  if (!TakeAll({"SET", "STATEMENT"})) return false;
  while (!AtEnd() && !Take("FOR")) {
    if (Looking("(")) {
      SkipParentheses();
    } else {
      ++at_;
    }
  }
  return true;
}

void Tokens::Fail(std::string_view expected) {
  if (problem_.empty()) {
    problem_ = AtEnd() ? fmt::format("{} is expected at its end", expected)
                       : fmt::format("{} is expected at '{}'", expected, Peek().text);
  }
  SkipAll();
}

}  // namespace sluice::mysql
