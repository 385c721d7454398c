// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "format/arrow_arrays.h"

namespace sluice {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMillisPerDay = 86'400'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
constexpr int64_t kFirstDay = -719'528;  // 0000-01-01
constexpr int64_t kLastDay = 2'932'896;  // 9999-12-31
constexpr int kDecimalDigitsMax = 38;

// "d:10,2" or "d:10,2,128".
std::optional<Type> DecimalOf(std::string_view format) {
  int numbers[3] = {0, 0, 128};
  const char* at = format.data() + 2;
  const char* end = format.data() + format.size();
  for (int& number : numbers) {
    const auto parsed = std::from_chars(at, end, number);
    if (parsed.ec != std::errc()) break;
    at = parsed.ptr == end ? end : parsed.ptr + 1;
  }
  const auto [precision, scale, bits] = std::tuple(numbers[0], numbers[1], numbers[2]);
  if (bits != 128 || precision < 1 || precision > kDecimalDigitsMax || scale < 0 ||
      scale > precision) {
    return std::nullopt;
  }
  return Decimal(precision, scale);
}

Type Timed(TypeKind kind, char unit) {
  return {kind, 0, unit == 's' ? 0 : unit == 'm' ? 3 : 6};
}

std::optional<Type> TypeOf(std::string_view format) {
  static constexpr std::pair<std::string_view, TypeKind> kPlain[] = {
      {"b", TypeKind::kBoolean},  {"c", TypeKind::kTinyInt}, {"C", TypeKind::kSmallInt},
      {"s", TypeKind::kSmallInt}, {"S", TypeKind::kInt},     {"i", TypeKind::kInt},
      {"I", TypeKind::kBigInt},   {"l", TypeKind::kBigInt},  {"f", TypeKind::kFloat},
      {"g", TypeKind::kDouble},   {"u", TypeKind::kString},  {"U", TypeKind::kString},
      {"z", TypeKind::kBytes},    {"Z", TypeKind::kBytes},   {"tdD", TypeKind::kDate},
      {"tdm", TypeKind::kDate}};
  for (const auto& [name, kind] : kPlain) {
    if (format == name) return Of(kind);
  }
  if (format == "L") return Decimal(20, 0);
  if (format.starts_with("d:")) return DecimalOf(format);
  if (format.starts_with("w:")) return Of(TypeKind::kBytes);
  if (format.starts_with("tt") && format.size() == 3) return Timed(TypeKind::kTime, format[2]);
  if (format.starts_with("ts") && format.size() >= 4) return Timed(TypeKind::kTimestamp, format[2]);
  return std::nullopt;
}

std::string Spelled(std::string_view format) {
  if (format.starts_with("+l") || format.starts_with("+L") || format.starts_with("+w")) {
    return "a list";
  }
  if (format.starts_with("+s")) return "a row of its own";
  if (format.starts_with("+m")) return "a map";
  if (format.starts_with("d:")) return "a decimal of more than 38 digits";
  if (format == "n") return "a column of nulls only";
  return fmt::format("of Arrow's type '{}'", format);
}

template <typename T>
T At(const ArrowArray& array, int64_t index) {
  T value;
  const auto place = static_cast<size_t>(array.offset + index) * sizeof(T);
  std::memcpy(&value, static_cast<const char*>(array.buffers[1]) + place, sizeof(T));
  return value;
}

bool Bit(const void* bits, int64_t index) {
  return (static_cast<const uint8_t*>(bits)[index >> 3] >> (index & 7) & 1) != 0;
}

bool IsNull(const ArrowArray& array, int64_t index) {
  return array.null_count != 0 && array.buffers[0] != nullptr &&
         !Bit(array.buffers[0], array.offset + index);
}

// Of "w:16".
size_t WidthOf(std::string_view format) {
  size_t width = 0;
  std::from_chars(format.data() + 2, format.data() + format.size(), width);
  return width;
}

template <typename Offset>
std::string_view TextAt(const ArrowArray& array, int64_t index) {
  const auto begin = At<Offset>(array, index);
  const auto end = At<Offset>(array, index + 1);
  return {static_cast<const char*>(array.buffers[2]) + begin, static_cast<size_t>(end - begin)};
}

std::string_view FixedTextAt(std::string_view format, const ArrowArray& array, int64_t i) {
  const size_t width = WidthOf(format);
  const auto* data = static_cast<const char*>(array.buffers[1]);
  return {data + static_cast<size_t>(array.offset + i) * width, width};
}

// To microseconds; what is finer is cut off, downwards. False: they are too many.
bool ToMicros(int64_t value, char unit, int64_t& micros) {
  switch (unit) {
    case 's':
      return !__builtin_mul_overflow(value, kMicrosPerSecond, &micros);
    case 'm':
      return !__builtin_mul_overflow(value, int64_t{1000}, &micros);
    case 'n':
      micros = value / 1000 - (value % 1000 < 0 ? 1 : 0);
      return true;
    default:
      micros = value;
      return true;
  }
}

bool AppendDay(int64_t days, Column& out) {
  if (days < kFirstDay || days > kLastDay) return false;
  out.Append(static_cast<int32_t>(days));
  return true;
}

// Microseconds in the years 0000 to 9999, or `beside` them.
bool InYears(int64_t micros, int64_t beside = 0) {
  return micros >= kFirstDay * kMicrosPerDay - beside &&
         micros < (kLastDay + 1) * kMicrosPerDay + beside;
}

bool AppendMoment(std::string_view format, const ArrowArray& array, int64_t i,
                  const LocalZone& zone, Column& out) {
  if (format == "tdD") return AppendDay(At<int32_t>(array, i), out);
  if (format == "tdm") return AppendDay(At<int64_t>(array, i) / kMillisPerDay, out);
  const char unit = format[2];
  const bool of_day = format[1] == 't';
  const bool short_one = of_day && (unit == 's' || unit == 'm');
  int64_t micros = 0;
  if (!ToMicros(short_one ? At<int32_t>(array, i) : At<int64_t>(array, i), unit, micros)) {
    return false;
  }
  const bool instant = !of_day && format.size() > std::string_view("tsu:").size();
  if (instant && InYears(micros, kMicrosPerDay)) micros = zone.ToLocal(micros);
  if (!of_day && !InYears(micros)) return false;
  out.Append(micros);
  return true;
}

bool AppendText(std::string_view text, Column& out) {
  if (text.size() > Column::kTextBytesMax - out.data().size()) return false;
  out.AppendText(text);
  return true;
}

template <typename T>
bool AppendPlain(T value, Column& out) {
  out.Append(value);
  return true;
}

// False: a column cannot hold the value. REQUIRES: not null, a format that TypeOf knows.
bool AppendOne(std::string_view format, const ArrowArray& array, int64_t i, const LocalZone& zone,
               Column& out) {
  switch (format[0]) {
    case 'b':
      return AppendPlain<uint8_t>(Bit(array.buffers[1], array.offset + i) ? 1 : 0, out);
    case 'c':
      return AppendPlain(At<int8_t>(array, i), out);
    case 'C':
      return AppendPlain<int16_t>(At<uint8_t>(array, i), out);
    case 's':
      return AppendPlain(At<int16_t>(array, i), out);
    case 'S':
      return AppendPlain<int32_t>(At<uint16_t>(array, i), out);
    case 'i':
      return AppendPlain(At<int32_t>(array, i), out);
    case 'I':
      return AppendPlain<int64_t>(At<uint32_t>(array, i), out);
    case 'l':
      return AppendPlain(At<int64_t>(array, i), out);
    case 'L':
      return AppendPlain<Int128>(At<uint64_t>(array, i), out);
    case 'f':
      return AppendPlain(At<float>(array, i), out);
    case 'g':
      return AppendPlain(At<double>(array, i), out);
    case 'd':
      return AppendPlain(At<Int128>(array, i), out);
    case 'u':
    case 'z':
      return AppendText(TextAt<int32_t>(array, i), out);
    case 'U':
    case 'Z':
      return AppendText(TextAt<int64_t>(array, i), out);
    case 'w':
      return AppendText(FixedTextAt(format, array, i), out);
    default:
      return AppendMoment(format, array, i, zone, out);
  }
}

// What AppendOne could not append.
Status Unheld(const char* column, std::string_view format, const ArrowArray& array, int64_t i) {
  if (format[0] != 't') {
    return {Code::kSchemaMismatch,
            fmt::format("column '{}': a value of 2 GiB or more, which is not read", column)};
  }
  const char unit = format[2];
  const std::string_view spelled = unit == 'D'   ? "days"
                                   : unit == 's' ? "seconds"
                                   : unit == 'm' ? "milliseconds"
                                   : unit == 'n' ? "nanoseconds"
                                                 : "microseconds";
  return {
      Code::kSchemaMismatch,
      fmt::format("column '{}': {} {} from 1970-01-01 on are outside of the years 0000 to 9999",
                  column, unit == 'D' ? At<int32_t>(array, i) : At<int64_t>(array, i), spelled)};
}

int64_t IndexAt(std::string_view format, const ArrowArray& array, int64_t i) {
  switch (format[0]) {
    case 'c':
      return At<int8_t>(array, i);
    case 'C':
      return At<uint8_t>(array, i);
    case 's':
      return At<int16_t>(array, i);
    case 'S':
      return At<uint16_t>(array, i);
    case 'i':
      return At<int32_t>(array, i);
    case 'I':
      return At<uint32_t>(array, i);
    default:
      return At<int64_t>(array, i);
  }
}

// The value that stands at `index` of the dictionary. False: there is none.
bool HasIndex(const ArrowArray& array, int64_t index) {
  return array.dictionary != nullptr && index >= 0 && index < array.dictionary->length;
}

size_t PlainTextBytes(std::string_view format, const ArrowArray& array, int64_t begin,
                      int64_t end) {
  switch (format[0]) {
    case 'u':
    case 'z':
      return static_cast<size_t>(At<int32_t>(array, end) - At<int32_t>(array, begin));
    case 'U':
    case 'Z':
      return static_cast<size_t>(At<int64_t>(array, end) - At<int64_t>(array, begin));
    case 'w':
      return static_cast<size_t>(end - begin) * WidthOf(format);
    default:
      return 0;
  }
}

}  // namespace

Result<ColumnInfo> ImportColumn(const ArrowSchema& type) {
  const std::string_view format =
      type.dictionary == nullptr ? type.format : type.dictionary->format;
  const std::optional<Type> ours = TypeOf(format);
  if (!ours) {
    return Fail(Code::kUnsupported, fmt::format("column '{}' is {}", type.name, Spelled(format)));
  }
  return ColumnInfo{
      .name = type.name, .type = *ours, .nullable = (type.flags & ARROW_FLAG_NULLABLE) != 0};
}

size_t TextBytes(const ArrowSchema& type, const ArrowArray& array, int64_t begin, int64_t end) {
  if (type.dictionary == nullptr) return PlainTextBytes(type.format, array, begin, end);
  size_t bytes = 0;
  for (int64_t i = begin; i < end; ++i) {
    if (IsNull(array, i)) continue;
    const int64_t index = IndexAt(type.format, array, i);
    if (!HasIndex(array, index)) continue;  // told when it is appended
    bytes += PlainTextBytes(type.dictionary->format, *array.dictionary, index, index + 1);
  }
  return bytes;
}

Status ImportValues(const ArrowSchema& type, const ArrowArray& array, int64_t begin, int64_t end,
                    const LocalZone& zone, Column& out) {
  for (int64_t i = begin; i < end; ++i) {
    if (IsNull(array, i)) {
      out.AppendNull();
    } else if (type.dictionary == nullptr) {
      if (!AppendOne(type.format, array, i, zone, out)) {
        return Unheld(type.name, type.format, array, i);
      }
    } else {
      const int64_t index = IndexAt(type.format, array, i);
      if (!HasIndex(array, index)) {
        return {Code::kCorruption,
                fmt::format("column '{}': a value that its dictionary has not", type.name)};
      }
      if (IsNull(*array.dictionary, index)) {
        out.AppendNull();
      } else if (!AppendOne(type.dictionary->format, *array.dictionary, index, zone, out)) {
        return Unheld(type.name, type.dictionary->format, *array.dictionary, index);
      }
    }
  }
  return {};
}

}  // namespace sluice
