// SPDX-License-Identifier: Apache-2.0
#include "base/regex.h"

#include <fmt/format.h>

#include <array>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/java_pattern.h"

namespace sluice {
namespace {

constexpr uint32_t kStepsMax = 10'000'000;
constexpr uint32_t kHeapKilobytesMax = 64 * 1024;
constexpr size_t kJitStackMin = size_t{32} * 1024;
constexpr size_t kJitStackMax = size_t{8} * 1024 * 1024;

PCRE2_SPTR Bytes(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

std::string MessageOf(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* one) const {
    kFree(one);
  }
};
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, Free<kFree>>;

}  // namespace

struct Regex::Compiled {
  Owned<pcre2_code, pcre2_code_free> code;
  Owned<pcre2_match_data, pcre2_match_data_free> match;
  Owned<pcre2_jit_stack, pcre2_jit_stack_free> stack;
  Owned<pcre2_match_context, pcre2_match_context_free> context;
  std::vector<RegexGroup> found;
};

Regex::Regex() : compiled_(std::make_unique<Compiled>()) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::Compile(const std::string& pattern) {
  const auto refuse = [&](std::string_view why) {
    return Fail(Code::kInvalidConfig,
                fmt::format("'{}' is not a regular expression: {}", pattern, why));
  };
  const auto translated = FromJavaPattern(pattern);
  if (!translated) return refuse(translated.error().message());
  const Owned<pcre2_compile_context, pcre2_compile_context_free> settings(
      pcre2_compile_context_create(nullptr));
  pcre2_set_newline(settings.get(), PCRE2_NEWLINE_ANYCRLF);
  int error = 0;
  PCRE2_SIZE at = 0;
  Regex out;
  Compiled& compiled = *out.compiled_;
  compiled.code.reset(pcre2_compile(Bytes(*translated), translated->size(),
                                    PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &at,
                                    settings.get()));
  if (!compiled.code) {
    const bool end = at >= translated->size();
    return refuse(fmt::format("{}{}", MessageOf(error),
                              end ? " at its end" : " before '" + translated->substr(at) + "'"));
  }
  out.pattern_ = pattern;
  pcre2_pattern_info(compiled.code.get(), PCRE2_INFO_CAPTURECOUNT, &out.groups_);
  // Where the system allows no machine code to be made, the same search goes on without it.
  pcre2_jit_compile(compiled.code.get(), PCRE2_JIT_COMPLETE);
  compiled.match.reset(pcre2_match_data_create_from_pattern(compiled.code.get(), nullptr));
  compiled.context.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(compiled.context.get(), kStepsMax);
  pcre2_set_heap_limit(compiled.context.get(), kHeapKilobytesMax);
  compiled.stack.reset(pcre2_jit_stack_create(kJitStackMin, kJitStackMax, nullptr));
  pcre2_jit_stack_assign(compiled.context.get(), nullptr, compiled.stack.get());
  compiled.found.resize(size_t{out.groups_} + 1);
  return out;
}

uint32_t Regex::GroupNamed(const std::string& name) const {
  const int number = pcre2_substring_number_from_name(compiled_->code.get(), Bytes(name));
  return number > 0 ? static_cast<uint32_t>(number) : 0;
}

Result<bool> Regex::Search(std::string_view text, size_t from, uint32_t options) const {
  const auto search = [&](uint32_t more) {
    return pcre2_match(compiled_->code.get(), Bytes(text), text.size(), from, options | more,
                       compiled_->match.get(), compiled_->context.get());
  };
  int count = search(0);
  // The slower way keeps what it must remember on the heap, which may be larger.
  if (count == PCRE2_ERROR_JIT_STACKLIMIT) count = search(PCRE2_NO_JIT);
  if (count >= 0) return true;
  if (count == PCRE2_ERROR_NOMATCH) return false;
  return Fail(Code::kInvalidConfig,
              fmt::format("the regular expression '{}' takes too long on a text of {} bytes ({}); "
                          "write it without nested repetitions",
                          pattern_, text.size(), MessageOf(count)));
}

Result<bool> Regex::MatchesAll(std::string_view text) const {
  return Search(text, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED);
}

Result<const std::vector<RegexGroup>*> Regex::Find(std::string_view text, size_t from) const {
  if (from > text.size()) return nullptr;
  ASSIGN_OR_RETURN(const bool matches, Search(text, from, 0));
  if (!matches) return nullptr;
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(compiled_->match.get());
  for (size_t i = 0; i < compiled_->found.size(); ++i) {
    const bool there = ends[2 * i] != PCRE2_UNSET;
    compiled_->found[i] = there ? RegexGroup{ends[2 * i], ends[2 * i + 1], true} : RegexGroup{};
  }
  return &compiled_->found;
}

size_t Regex::After(std::string_view text, const RegexGroup& match) {
  if (match.end > match.begin) return match.end;
  size_t next = match.end + 1;
  // Behind the bytes that continue a character.
  while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0U) == 0x80U) ++next;
  return next;
}

Result<RegexReplacement> RegexReplacement::Parse(const std::string& text, const Regex& regex) {
  const auto refuse = [&](std::string_view why) {
    return Fail(Code::kInvalidConfig, fmt::format("the replacement '{}': {}", text, why));
  };
  const auto digit = [&](size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
  };
  RegexReplacement out;
  Piece piece;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      if (++at == text.size()) return refuse("it ends in a single \\; write \\\\ for one");
      piece.text += text[at];
      continue;
    }
    if (text[at] != '$') {
      piece.text += text[at];
      continue;
    }
    if (const size_t end = text.find('}', at); text.substr(at, 2) == "${") {
      if (end == std::string::npos) return refuse("${ has no }");
      const std::string name = text.substr(at + 2, end - at - 2);
      piece.group = regex.GroupNamed(name);
      if (piece.group == 0) return refuse(fmt::format("there is no group named '{}'", name));
      at = end;
    } else if (digit(at + 1)) {
      piece.group = text[++at] - '0';
      if (piece.group > regex.groups()) {
        return refuse(fmt::format("there is no group {}", piece.group));
      }
      // As many digits as name a group that is there.
      while (digit(at + 1) && piece.group * 10 + (text[at + 1] - '0') <= regex.groups()) {
        piece.group = piece.group * 10 + (text[++at] - '0');
      }
    } else {
      return refuse("$ must be followed by the number of a group or by {name}; write \\$ for one");
    }
    out.pieces_.push_back(std::exchange(piece, {}));
  }
  out.pieces_.push_back(std::move(piece));
  return out;
}

void RegexReplacement::AppendTo(std::string_view subject, const std::vector<RegexGroup>& match,
                                std::string& out) const {
  for (const Piece& piece : pieces_) {
    out += piece.text;
    if (piece.group < 0) continue;
    const RegexGroup& group = match[static_cast<size_t>(piece.group)];
    if (group.there) out += subject.substr(group.begin, group.end - group.begin);
  }
}

}  // namespace sluice
