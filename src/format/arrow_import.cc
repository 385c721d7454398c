// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "format/arrow_arrays.h"

namespace sluice {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMillisPerDay = 86'400'000;
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

template <typename Offset>
std::string_view TextAt(const ArrowArray& array, int64_t index) {
  const auto begin = At<Offset>(array, index);
  const auto end = At<Offset>(array, index + 1);
  return {static_cast<const char*>(array.buffers[2]) + begin, static_cast<size_t>(end - begin)};
}

// To microseconds; what is finer is cut off, downwards.
int64_t ToMicros(int64_t value, char unit) {
  switch (unit) {
    case 's':
      return value * kMicrosPerSecond;
    case 'm':
      return value * 1000;
    case 'n':
      return value / 1000 - (value % 1000 < 0 ? 1 : 0);
    default:
      return value;
  }
}

void AppendMoment(std::string_view format, const ArrowArray& array, int64_t i, Column& out) {
  if (format == "tdD") {
    out.Append(At<int32_t>(array, i));
  } else if (format == "tdm") {
    out.Append(static_cast<int32_t>(At<int64_t>(array, i) / kMillisPerDay));
  } else if (format.starts_with("tt") && (format[2] == 's' || format[2] == 'm')) {
    out.Append(ToMicros(At<int32_t>(array, i), format[2]));
  } else {
    out.Append(ToMicros(At<int64_t>(array, i), format[2]));
  }
}

// REQUIRES: not null, a format that TypeOf knows.
void AppendOne(std::string_view format, const ArrowArray& array, int64_t i, Column& out) {
  switch (format[0]) {
    case 'b':
      return out.Append<uint8_t>(Bit(array.buffers[1], array.offset + i) ? 1 : 0);
    case 'c':
      return out.Append(At<int8_t>(array, i));
    case 'C':
      return out.Append<int16_t>(At<uint8_t>(array, i));
    case 's':
      return out.Append(At<int16_t>(array, i));
    case 'S':
      return out.Append<int32_t>(At<uint16_t>(array, i));
    case 'i':
      return out.Append(At<int32_t>(array, i));
    case 'I':
      return out.Append<int64_t>(At<uint32_t>(array, i));
    case 'l':
      return out.Append(At<int64_t>(array, i));
    case 'L':
      return out.Append<Int128>(At<uint64_t>(array, i));
    case 'f':
      return out.Append(At<float>(array, i));
    case 'g':
      return out.Append(At<double>(array, i));
    case 'd':
      return out.Append(At<Int128>(array, i));
    case 'u':
    case 'z':
      return out.AppendText(TextAt<int32_t>(array, i));
    case 'U':
    case 'Z':
      return out.AppendText(TextAt<int64_t>(array, i));
    case 'w': {
      size_t width = 0;
      std::from_chars(format.data() + 2, format.data() + format.size(), width);
      const auto* data = static_cast<const char*>(array.buffers[1]);
      return out.AppendText({data + static_cast<size_t>(array.offset + i) * width, width});
    }
    default:
      return AppendMoment(format, array, i, out);
  }
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

Status ImportValues(const ArrowSchema& type, const ArrowArray& array, int64_t begin, int64_t end,
                    Column& out) {
  for (int64_t i = begin; i < end; ++i) {
    if (IsNull(array, i)) {
      out.AppendNull();
    } else if (type.dictionary == nullptr) {
      AppendOne(type.format, array, i, out);
    } else {
      const int64_t index = IndexAt(type.format, array, i);
      if (array.dictionary == nullptr || index < 0 || index >= array.dictionary->length) {
        return {Code::kCorruption,
                fmt::format("column '{}': a value that its dictionary has not", type.name)};
      }
      if (IsNull(*array.dictionary, index)) {
        out.AppendNull();
      } else {
        AppendOne(type.dictionary->format, *array.dictionary, index, out);
      }
    }
  }
  return {};
}

}  // namespace sluice
