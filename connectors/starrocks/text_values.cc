// SPDX-License-Identifier: Apache-2.0
#include "starrocks/text_values.h"

#include <string>

#include "format/json_moments.h"
#include "format/json_text.h"
#include "format/text_values.h"

namespace sluice::starrocks {
namespace {

template <typename T>
bool AppendIf(bool read, T value, Column& out) {
  if (read) out.Append(value);
  return read;
}

bool AppendBoolean(std::string_view text, Column& out) {
  const bool one = text == "1" || text == "true";
  return AppendIf<uint8_t>(one || text == "0" || text == "false", one ? 1 : 0, out);
}

bool AppendBytes(std::string_view text, Column& out) {
  std::string bytes;
  if (!ReadBase64(text, bytes)) return false;
  out.AppendText(bytes);
  return true;
}

}  // namespace

bool AppendShown(std::string_view text, Column& out) {
  static const TextStyle kStyle;
  int32_t days = 0;
  int64_t micros = 0;
  switch (out.type().kind) {
    case TypeKind::kBoolean:
      return AppendBoolean(text, out);
    case TypeKind::kBytes:
      return AppendBytes(text, out);
    case TypeKind::kDate:
      return AppendIf(ReadAnyDate(text, days), days, out);
    case TypeKind::kTime:
      return AppendIf(ReadAnyTime(text, micros), micros, out);
    case TypeKind::kTimestamp:
      return AppendIf(ReadAnyTimestamp(text, micros), micros, out);
    default:
      return ReadValueText(text, kStyle, out).empty();
  }
}

}  // namespace sluice::starrocks
