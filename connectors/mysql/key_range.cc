// SPDX-License-Identifier: Apache-2.0
#include "mysql/key_range.h"

#include <fmt/format.h>

#include <limits>

#include "base/check.h"
#include "data/text.h"

namespace sluice::mysql {
namespace {

constexpr char kNumber = 'i';
constexpr char kBytes = 's';
// Nine bytes, the largest first, hold all BIGINTs when the least of them is 0.
constexpr size_t kNumberSize = 9;
constexpr Int128 kLeast = std::numeric_limits<int64_t>::min();
constexpr Int128 kMost = std::numeric_limits<uint64_t>::max();
// Bytes end with 00 00, and a 00 among them is 00 ff, which is behind the end.
constexpr char kZero = '\0';
constexpr char kEscaped = '\xff';

std::string NumberText(Int128 value) {
  std::string text;
  AppendDecimal(value, 0, text);
  return text;
}

std::optional<Int128> TakeNumber(std::string_view& in) {
  if (in.size() < kNumberSize) return std::nullopt;
  Int128 value = 0;
  for (const char c : in.substr(0, kNumberSize)) value = value * 256 + static_cast<uint8_t>(c);
  in.remove_prefix(kNumberSize);
  value += kLeast;
  return FitsKey(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::string> TakeBytes(std::string_view& in) {
  std::string out;
  while (in.size() >= 2 || (!in.empty() && in.front() != kZero)) {
    const char c = in.front();
    in.remove_prefix(1);
    if (c != kZero) {
      out += c;
      continue;
    }
    const char next = in.front();
    in.remove_prefix(1);
    if (next == kZero) return out;
    if (next != kEscaped) return std::nullopt;
    out += kZero;
  }
  return std::nullopt;
}

// Another text for every other value: ids of splits are made of it.
std::string TextOf(const KeyValue& value) {
  if (value.number) return NumberText(*value.number);
  std::string hex = "x'";
  bool plain = true;
  for (const char c : value.bytes) {
    const auto byte = static_cast<unsigned char>(c);
    plain = plain && byte >= 0x20 && byte < 0x7f && c != '\'';
    fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
  }
  return plain ? "'" + value.bytes + "'" : hex + "'";
}

std::string TextOf(const std::optional<KeyBound>& bound, std::string_view open) {
  if (!bound) return std::string(open);
  const auto values = KeyValues(*bound);
  if (!values) return "?";
  std::string out;
  for (const KeyValue& value : *values) out += (out.empty() ? "" : ", ") + TextOf(value);
  return values->size() == 1 ? out : "(" + out + ")";
}

std::optional<KeyBound> DecodeBound(ByteReader& in, BoundForm form) {
  std::string text = in.Str();
  if (text.empty()) return std::nullopt;
  if (form == BoundForm::kKey) {
    if (!KeyValues(text)) in.Refuse();
    return text;
  }
  Int128 value = 0;
  if (!ParseDecimal(text, 0, value) || !FitsKey(value)) {
    in.Refuse();
    return std::nullopt;
  }
  KeyBound bound;
  AppendKey(value, bound);
  return bound;
}

}  // namespace

bool FitsKey(Int128 value) {
  return value >= kLeast && value <= kMost;
}

void AppendKey(Int128 value, KeyBound& out) {
  CHECK(FitsKey(value));
  Int128 left = value - kLeast;
  char bytes[kNumberSize];
  for (size_t i = kNumberSize; i > 0; --i) {
    bytes[i - 1] = static_cast<char>(left % 256);
    left /= 256;
  }
  out += kNumber;
  out.append(bytes, kNumberSize);
}

void AppendKey(std::string_view bytes, KeyBound& out) {
  out += kBytes;
  for (const char c : bytes) {
    out += c;
    if (c == kZero) out += kEscaped;
  }
  out += kZero;
  out += kZero;
}

std::optional<std::vector<KeyValue>> KeyValues(std::string_view bound) {
  std::vector<KeyValue> out;
  while (!bound.empty()) {
    const char tag = bound.front();
    bound.remove_prefix(1);
    KeyValue value;
    if (tag == kNumber) {
      value.number = TakeNumber(bound);
      if (!value.number) return std::nullopt;
    } else {
      auto bytes = tag == kBytes ? TakeBytes(bound) : std::nullopt;
      if (!bytes) return std::nullopt;
      value.bytes = std::move(*bytes);
    }
    out.push_back(std::move(value));
  }
  if (out.empty()) return std::nullopt;
  return out;
}

std::string KeyRange::ToString() const {
  return fmt::format("[{}, {})", TextOf(lower, "start"), TextOf(upper, "end"));
}

void Encode(const KeyRange& range, ByteWriter& out) {
  out.Str(range.lower.value_or("")).Str(range.upper.value_or(""));
}

KeyRange DecodeKeyRange(ByteReader& in, BoundForm form) {
  KeyRange range;
  range.lower = DecodeBound(in, form);
  range.upper = DecodeBound(in, form);
  return range;
}

}  // namespace sluice::mysql
