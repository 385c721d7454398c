// SPDX-License-Identifier: Apache-2.0
#include "config/hocon_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/hocon_blanks.h"

namespace sluice::hocon {
namespace {

void AppendUtf8(uint32_t code, std::string& out) {
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6U);
    put(0x80 | (code & 0x3fU));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12U);
    put(0x80 | (code >> 6U & 0x3fU));
    put(0x80 | (code & 0x3fU));
  } else {
    put(0xf0 | code >> 18U);
    put(0x80 | (code >> 12U & 0x3fU));
    put(0x80 | (code >> 6U & 0x3fU));
    put(0x80 | (code & 0x3fU));
  }
}

// The halves of a pair of escapes that mean one character.
bool IsHighHalf(uint32_t code) {
  return code >= 0xd800 && code < 0xdc00;
}
bool IsLowHalf(uint32_t code) {
  return code >= 0xdc00 && code < 0xe000;
}

}  // namespace

Scanner::Scanner(const std::string& text, std::string file, bool json)
    : text_(text), file_(std::move(file)), json_(json) {
  if (text_.starts_with("\xef\xbb\xbf")) at_ = line_start_ = 3;  // a byte order mark
}

void Scanner::Advance(size_t count) {
  for (; count > 0 && !AtEnd(); --count, ++at_) {
    if (text_[at_] == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    }
  }
}

void Scanner::SkipComment() {
  if (json_) Throw("JSON has no comments");
  while (!AtEnd() && Peek() != '\n') Advance();
}

void Scanner::SkipBlanks() {
  while (const size_t size = BlankSize(std::string_view(text_).substr(at_))) Advance(size);
}

bool Scanner::SkipSpace() {
  bool line_ended = false;
  for (;;) {
    SkipBlanks();
    if (AtComment()) {
      SkipComment();
    } else if (Peek() == '\n') {
      line_ended = true;
      Advance();
    } else {
      return line_ended;
    }
  }
}

bool Scanner::SkipSeparator(char closing) {
  const bool separated = SkipSpace();
  if (Peek() != ',') return separated && !json_;
  Advance();
  SkipSpace();
  if (Peek() == ',') Throw("two commas with nothing between them");
  if (json_ && Peek() == closing) Throw("JSON allows no comma at the end");
  return true;
}

void Scanner::Recover(char closing) {
  int open = 0;
  for (; !AtEnd(); Advance()) {
    const char c = Peek();
    if (c == '{' || c == '[') ++open;
    if ((c == '\n' || (json_ && c == ',')) && open == 0) break;
    if (c != '}' && c != ']') continue;
    if (open == 0 && c == closing) return;
    if (open > 0) --open;
  }
  // Behind the line, and behind the comma that JSON has there.
  while (!AtEnd() && (Peek() == '\n' || Peek() == ',' || BlankSize(text_.substr(at_, 4)) > 0)) {
    Advance();
  }
}

std::string Scanner::QuotedText() {
  if (Looking("\"\"\"") && !json_) return TripleQuotedText();
  const Origin opened = Here();
  Advance();
  const Place inside = place();
  std::string out;
  while (Peek() != '"') {
    if (AtEnd() || Peek() == '\n') {
      Return(inside);  // brackets in it may not have been meant as text
      Throw(opened, "'\"' is missing at the end of this text");
    }
    if (Peek() == '\\') {
      Escape(out);
    } else {
      out += Peek();
      Advance();
    }
  }
  Advance();
  return out;
}

std::string Scanner::TripleQuotedText() {
  const Origin opened = Here();
  Advance(3);
  size_t end = text_.find("\"\"\"", at_);
  if (end == std::string::npos) ThrowFatal(opened, "'\"\"\"' is missing at the end of this text");
  while (end + 3 < text_.size() && text_[end + 3] == '"') ++end;  // they belong to the text
  std::string out = text_.substr(at_, end - at_);
  Advance(end + 3 - at_);
  return out;
}

void Scanner::Escape(std::string& out) {
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  const char name = Peek(1);
  if (name == 'u') {
    uint32_t code = Hex4(2);
    Advance(6);
    const uint32_t low = IsHighHalf(code) && Looking("\\u") ? Hex4(2) : 0;
    if (IsLowHalf(low)) {
      code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
      Advance(6);
    } else if (IsHighHalf(code) || IsLowHalf(code)) {
      code = '?';  // half a character, which no UTF-8 can say; Java writes the same
    }
    return AppendUtf8(code, out);
  }
  const size_t index = kNames.find(name);
  if (name == '\0' || index == std::string_view::npos) {
    Throw(fmt::format("unknown escape '\\{}'; a backslash is written '\\\\'", name));
  }
  out += kValues[index];
  Advance(2);
}

uint32_t Scanner::Hex4(size_t ahead) const {
  uint32_t code = 0;
  const char* begin = text_.data() + std::min(at_ + ahead, text_.size());
  const char* end = text_.data() + std::min(at_ + ahead + 4, text_.size());
  const auto parsed = std::from_chars(begin, end, code, 16);
  if (parsed.ptr != begin + 4) Throw("expected four hexadecimal digits behind '\\u'");
  return code;
}

}  // namespace sluice::hocon
