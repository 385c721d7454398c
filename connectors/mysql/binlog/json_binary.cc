// SPDX-License-Identifier: Apache-2.0
// The format: https://dev.mysql.com/doc/dev/mysql-server/latest/json__binary_8h.html
#include "mysql/binlog/json_binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "mysql/binlog/cursor.h"
#include "mysql/binlog/decimal.h"

namespace sluice::mysql {
namespace {

// Bytes of text for a byte of the document: a control character becomes "\u0001", and no other
// value grows as much. Damaged bytes can nest one value in many places; text must not grow with
// that.
constexpr size_t kTextPerByte = 8;
constexpr size_t kTextLeast = 64;

enum : uint8_t {
  kSmallObject = 0,
  kLargeObject = 1,
  kSmallArray = 2,
  kLargeArray = 3,
  kLiteral = 4,
  kInt16 = 5,
  kUint16 = 6,
  kInt32 = 7,
  kUint32 = 8,
  kInt64 = 9,
  kUint64 = 10,
  kDouble = 11,
  kString = 12,
  kOpaque = 15,
};

// The server's types of opaque values.
enum : uint8_t {
  kTimestampType = 7,
  kDateType = 10,
  kTimeType = 11,
  kDateTimeType = 12,
  kDecimalType = 246
};

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

namespace {

// The shortest digits that read back, laid out as the server does: plain from 1e-15 to below 1e15,
// else with an exponent; always recognisable as a double.
void AppendJsonDouble(double value, std::string& out) {
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof(digits), std::fabs(value),
                                 std::chars_format::scientific);
  const std::string_view text(digits, static_cast<size_t>(end.ptr - digits));
  const size_t e = text.find('e');
  int exponent = 0;
  const size_t sign = text[e + 1] == '+' ? 1 : 0;
  std::from_chars(text.data() + e + 1 + sign, text.data() + text.size(), exponent);
  std::string mantissa;
  for (const char c : text.substr(0, e)) {
    if (c != '.') mantissa += c;
  }
  if (std::signbit(value)) out += '-';
  const int point = exponent + 1;  // digits before the point
  constexpr int kPlainMax = 15;
  if (point < -kPlainMax + 1 || point > kPlainMax) {
    out += mantissa[0];
    if (mantissa.size() > 1) out += "." + mantissa.substr(1);
    fmt::format_to(std::back_inserter(out), "e{}", exponent);
    return;
  }
  const auto count = static_cast<int>(mantissa.size());
  if (point <= 0) {
    out += "0." + std::string(static_cast<size_t>(-point), '0') + mantissa;
  } else if (count <= point) {
    out += mantissa + std::string(static_cast<size_t>(point - count), '0') + ".0";
  } else {
    out += mantissa.substr(0, static_cast<size_t>(point)) + "." +
           mantissa.substr(static_cast<size_t>(point));
  }
}

// With the line breaks of the server's own, as JSON writes them.
std::string Base64(std::string_view bytes) {
  constexpr size_t kLine = 57;  // bytes in 76 digits
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    if (i > 0 && i % kLine == 0) out += "\\n";
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0);
    }
    for (size_t j = 0; j < 4; ++j) {
      out += i + j > bytes.size() ? '=' : kDigits[group >> (18 - 6 * j) & 0x3fU];
    }
  }
  return out;
}

class Printer {
 public:
  Printer(size_t bytes, std::string& out)
      : out_(out), end_(out.size() + kTextLeast + kTextPerByte * bytes) {}

  Status Value(uint8_t type, std::string_view data, int depth) {
    if (depth > kJsonDepthMax) return {Code::kCorruption, "JSON nests too deeply"};
    if (out_.size() > end_) return {Code::kCorruption, "JSON holds one value in many places"};
    Cursor cursor(data);
    switch (type) {
      case kSmallObject:
      case kLargeObject:
      case kSmallArray:
      case kLargeArray:
        return Container({type, data}, depth);
      case kLiteral:
        return Literal(cursor.U8());
      case kInt16:
        Number(static_cast<int16_t>(cursor.U16()));
        break;
      case kUint16:
        Number(cursor.U16());
        break;
      case kInt32:
        Number(static_cast<int32_t>(cursor.U32()));
        break;
      case kUint32:
        Number(cursor.U32());
        break;
      case kInt64:
        Number(static_cast<int64_t>(cursor.U64()));
        break;
      case kUint64:
        Number(cursor.U64());
        break;
      case kDouble: {
        const auto value = std::bit_cast<double>(cursor.U64());
        if (!std::isfinite(value)) return {Code::kCorruption, "JSON holds a number without end"};
        AppendJsonDouble(value, out_);
        break;
      }
      case kString:
        AppendJsonString(cursor.Take(Length(cursor)), out_);
        break;
      case kOpaque: {
        const uint8_t kind = cursor.U8();
        const std::string_view bytes = cursor.Take(Length(cursor));
        RETURN_IF_ERROR(cursor.Check("a JSON value"));
        return Opaque(kind, bytes);
      }
      default:
        return {Code::kCorruption, fmt::format("JSON has no type {}", type)};
    }
    return cursor.Check("a JSON value");
  }

 private:
  template <typename T>
  void Number(T value) {
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }

  // Seven bits a byte, least significant first, the top bit says that more follow.
  static uint64_t Length(Cursor& cursor) {
    uint64_t length = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      const uint8_t byte = cursor.U8();
      length |= uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) == 0) return length;
    }
    return cursor.Fail();
  }

  Status Literal(uint8_t which) {
    static constexpr std::string_view kNames[] = {"null", "true", "false"};
    if (which > 2) return {Code::kCorruption, fmt::format("JSON has no literal {}", which)};
    out_ += kNames[which];
    return {};
  }

  Status Container(const JsonPart& part, int depth) {
    ASSIGN_OR_RETURN(JsonEntries entries, JsonEntries::Open(part));
    out_ += part.object() ? '{' : '[';
    for (bool first = true; entries.left() > 0; first = false) {
      ASSIGN_OR_RETURN(const JsonEntries::Entry entry, entries.Next());
      if (!first) out_ += ", ";
      if (part.object()) {
        AppendJsonString(entry.key, out_);
        out_ += ": ";
      }
      RETURN_IF_ERROR(Value(entry.value.type, entry.value.data, depth + 1));
    }
    out_ += part.object() ? '}' : ']';
    return {};
  }

  Status Opaque(uint8_t kind, std::string_view bytes) {
    if (kind == kDecimalType && bytes.size() >= 2) {
      const auto precision = static_cast<unsigned char>(bytes[0]);
      const auto scale = static_cast<unsigned char>(bytes[1]);
      const size_t size = PackedDecimalSize(precision, scale);
      if (size == 0 || bytes.size() != size + 2) {
        return {Code::kCorruption, "a decimal in JSON is cut short"};
      }
      AppendPackedDecimal(bytes.substr(2), precision, scale, out_);
      return {};
    }
    const bool temporal =
        kind == kTimestampType || kind == kDateType || kind == kTimeType || kind == kDateTimeType;
    if (temporal && bytes.size() == 8) {
      Cursor cursor(bytes);
      Temporal(kind, static_cast<int64_t>(cursor.U64()));
      return {};
    }
    fmt::format_to(std::back_inserter(out_), "\"base64:type{}:{}\"", kind, Base64(bytes));
    return {};
  }

  void Temporal(uint8_t kind, int64_t packed) {
    const uint64_t bits =
        packed < 0 ? -static_cast<uint64_t>(packed) : static_cast<uint64_t>(packed);
    const uint64_t fraction = bits & 0xffffffU;
    const uint64_t hms = bits >> 24U & (kind == kTimeType ? 0x3fffffU : 0x1ffffU);
    const uint64_t ymd = bits >> 41U;
    const uint64_t month = ymd >> 5U;
    out_ += '"';
    auto out = std::back_inserter(out_);
    if (kind != kTimeType) {
      fmt::format_to(out, "{:04}-{:02}-{:02}", month / 13, month % 13, ymd & 31U);
    }
    if (kind == kTimestampType || kind == kDateTimeType) out_ += ' ';
    if (kind == kTimeType && packed < 0) out_ += '-';
    if (kind != kDateType) {
      fmt::format_to(out, "{:02}:{:02}:{:02}.{:06}", hms >> 12U, hms >> 6U & 63U, hms & 63U,
                     fraction);
    }
    out_ += '"';
  }

  std::string& out_;
  const size_t end_;  // out_ may not grow far beyond
};

}  // namespace

JsonPart WholeJson(std::string_view binary) {
  static constexpr char kNull[] = {kLiteral, 0};
  if (binary.empty()) binary = {kNull, sizeof(kNull)};
  return {static_cast<uint8_t>(binary[0]), binary.substr(1)};
}

Status AppendJson(std::string_view binary, std::string& out) {
  const JsonPart whole = WholeJson(binary);
  return Printer(binary.size(), out).Value(whole.type, whole.data, 0);
}

Status AppendJsonScalar(const JsonPart& scalar, std::string& out) {
  return Printer(scalar.data.size(), out).Value(scalar.type, scalar.data, 0);
}

JsonEntries::JsonEntries(std::string_view data, bool object, size_t width, uint64_t count)
    : data_(data),
      object_(object),
      width_(width),
      keys_at_(2 * width),
      values_at_(2 * width + (object ? count * (width + 2) : 0)),
      left_(count) {}

// Header: count and size; for an object offset and length of each key; type and offset (or the
// value itself when it is small) of each value.
Result<JsonEntries> JsonEntries::Open(const JsonPart& container) {
  const size_t width = container.type == kLargeObject || container.type == kLargeArray ? 4 : 2;
  Cursor header(container.data);
  const uint64_t count = header.UintLe(width);
  const uint64_t size = header.UintLe(width);
  if (!header.ok() || size < 2 * width || size > container.data.size() || count > size) {
    return Fail(Code::kCorruption, "a JSON object or array is cut short");
  }
  return JsonEntries(container.data.substr(0, size), container.object(), width, count);
}

Result<JsonEntries::Entry> JsonEntries::Next() {
  const auto from = [this](size_t at) { return data_.substr(std::min(at, data_.size())); };
  Entry entry;
  if (object_) {
    Cursor keys(from(keys_at_));
    const uint64_t offset = keys.UintLe(width_);
    const uint64_t length = keys.U16();
    if (!keys.ok() || offset + length > data_.size()) {
      return Fail(Code::kCorruption, "a JSON key is lost");
    }
    entry.key = data_.substr(offset, length);
    keys_at_ += width_ + 2;
  }
  Cursor values(from(values_at_));
  entry.value.type = values.U8();
  const std::string_view field = values.Take(width_);
  RETURN_IF_ERROR(values.Check("a JSON entry"));
  values_at_ += 1 + width_;
  --left_;
  const uint8_t type = entry.value.type;
  const bool inlined = type == kLiteral || type == kInt16 || type == kUint16 ||
                       (width_ == 4 && (type == kInt32 || type == kUint32));
  Cursor at(field);
  const uint64_t offset = inlined ? 0 : at.UintLe(width_);
  if (offset >= data_.size()) return Fail(Code::kCorruption, "a JSON value is lost");
  entry.value.data = inlined ? field : data_.substr(offset);
  return entry;
}

}  // namespace sluice::mysql
