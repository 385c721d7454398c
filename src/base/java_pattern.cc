// SPDX-License-Identifier: Apache-2.0
#include "base/java_pattern.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <utility>

namespace sluice {
namespace {

// Java's names of US-ASCII classes and those of POSIX.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kPosix{{
    {"Lower", "lower"},
    {"Upper", "upper"},
    {"ASCII", "ascii"},
    {"Alpha", "alpha"},
    {"Digit", "digit"},
    {"Alnum", "alnum"},
    {"Punct", "punct"},
    {"Graph", "graph"},
    {"Print", "print"},
    {"Blank", "blank"},
    {"Cntrl", "cntrl"},
    {"XDigit", "xdigit"},
    {"Space", "space"},
}};
// Letters that mean something behind a backslash and mean the same in both.
constexpr std::string_view kSameEscapes = "tnrfaecdDsSwWbBAGZzRXhHvVkx";
constexpr uint32_t kSurrogateFirst = 0xd800;
constexpr uint32_t kLowSurrogateFirst = 0xdc00;
constexpr uint32_t kSurrogateLast = 0xdfff;

class Translator {
 public:
  explicit Translator(std::string_view pattern) : left_(pattern) {}

  Result<std::string> Run() {
    while (!left_.empty()) {
      const char c = left_.front();
      if (c == '\\') {
        RETURN_IF_ERROR(Escape());
      } else if (in_class_) {
        RETURN_IF_ERROR(InClass(c));
      } else if (left_.starts_with("(?")) {
        RETURN_IF_ERROR(Flags());
      } else {
        if (c == '[') OpenClass();
        Copy(1);
      }
    }
    return std::move(out_);
  }

 private:
  static Status Refuse(std::string what) { return {Code::kInvalidConfig, std::move(what)}; }
  void Copy(size_t count) {
    out_ += left_.substr(0, count);
    left_.remove_prefix(std::min(count, left_.size()));
  }

  // Leaves the bracket itself, and a ']' that is a letter because it comes first, to the caller.
  void OpenClass() {
    in_class_ = true;
    for (const std::string_view begin : {"[^]", "[]", "[^"}) {
      if (left_.starts_with(begin)) return Copy(begin.size() - 1);
    }
  }

  Status InClass(char c) {
    if (c == '[') return Refuse("a class inside of a class, as in [a[bc]], is not supported");
    if (left_.starts_with("&&")) return Refuse("the intersection && of classes is not supported");
    if (c == ']') in_class_ = false;
    Copy(1);
    return {};
  }

  // "(?" with flags, "(?im-s)" or "(?i:"; other groups pass.
  Status Flags() {
    const size_t end = left_.find_first_not_of("idmsuxU-", 2);
    const bool flags = end != std::string_view::npos && (left_[end] == ')' || left_[end] == ':');
    if (!flags) {
      Copy(2);
      return {};
    }
    for (size_t i = 0; i <= end; ++i) {
      const char c = left_[i];
      if (c == 'd' || c == 'U') return Refuse(fmt::format("the flag {} is not supported", c));
      if (c != 'u') out_ += c;  // letters of every script have their case anyway
    }
    left_.remove_prefix(end + 1);
    return {};
  }

  Status Escape() {
    if (left_.size() < 2) return Refuse("it ends in a single \\");
    const char c = left_[1];
    if (c == 'Q') return Quoted();
    if (c == 'u') return Unicode();
    if (c == '0') return Octal();
    if (c == 'p' || c == 'P') return Property();
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    if (letter && kSameEscapes.find(c) == std::string_view::npos) {
      return Refuse(fmt::format("the escape \\{} is not known", c));
    }
    Copy(2);
    return {};
  }

  // \Q...\E: everything in between, word by word.
  Status Quoted() {
    left_.remove_prefix(2);
    const size_t end = left_.find("\\E");
    for (const char c : left_.substr(0, end)) {
      if (std::ispunct(static_cast<unsigned char>(c)) != 0) out_ += '\\';
      out_ += c;
    }
    left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + 2);
    return {};
  }

  static bool HexAt(std::string_view text, uint32_t& out) {
    if (!text.starts_with("\\u") || text.size() < 6) return false;
    const auto read = std::from_chars(text.data() + 2, text.data() + 6, out, 16);
    return read.ec == std::errc() && read.ptr == text.data() + 6;
  }

  Status Unicode() {
    uint32_t code = 0;
    if (!HexAt(left_, code)) return Refuse("\\u must be followed by four hexadecimal digits");
    left_.remove_prefix(6);
    uint32_t low = 0;
    if (code >= kSurrogateFirst && code < kLowSurrogateFirst && HexAt(left_, low) &&
        low >= kLowSurrogateFirst && low <= kSurrogateLast) {
      left_.remove_prefix(6);
      code = 0x10000 + ((code - kSurrogateFirst) << 10U) + (low - kLowSurrogateFirst);
    }
    if (code >= kSurrogateFirst && code <= kSurrogateLast) {
      return Refuse(fmt::format("\\u{:04X} is half a character", code));
    }
    out_ += fmt::format("\\x{{{:x}}}", code);
    return {};
  }

  // \0, then one to three octal digits, 377 at most.
  Status Octal() {
    left_.remove_prefix(2);
    uint32_t code = 0;
    size_t digits = 0;
    while (digits < 3 && digits < left_.size() && left_[digits] >= '0' && left_[digits] <= '7') {
      const uint32_t next = code * 8 + static_cast<uint32_t>(left_[digits] - '0');
      if (next > 0377) break;
      code = next;
      ++digits;
    }
    if (digits == 0) return Refuse("\\0 must be followed by octal digits");
    left_.remove_prefix(digits);
    out_ += fmt::format("\\x{{{:x}}}", code);
    return {};
  }

  Status Property() {
    const bool negated = left_[1] == 'P';
    const size_t end = left_.find('}');
    if (left_.size() < 3 || left_[2] != '{' || end == std::string_view::npos) {
      Copy(2);  // \pL
      return {};
    }
    std::string_view name = left_.substr(3, end - 3);
    left_.remove_prefix(end + 1);
    for (const auto& [java, posix] : kPosix) {
      if (name != java) continue;
      const std::string one = fmt::format("[:{}{}:]", negated ? "^" : "", posix);
      out_ += in_class_ ? one : "[" + one + "]";
      return {};
    }
    if (name.starts_with("In") || name.starts_with("java") || name.starts_with("block=") ||
        name.starts_with("blk=")) {
      return Refuse(fmt::format(
          "\\p{{{}}} is not supported; name a script like \\p{{IsHan}}, a category like \\p{{Lu}} "
          "or a range like [\\u4e00-\\u9fa5]",
          name));
    }
    if (name.starts_with("Is")) name.remove_prefix(2);
    out_ += fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', name);
    return {};
  }

  std::string_view left_;
  std::string out_;
  bool in_class_ = false;
};

}  // namespace

Result<std::string> FromJavaPattern(std::string_view pattern) {
  return Translator(pattern).Run();
}

}  // namespace sluice
