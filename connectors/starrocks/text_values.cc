// SPDX-License-Identifier: Apache-2.0
#include "starrocks/text_values.h"

#include <string>

#include "format/json_moments.h"
#include "format/json_text.h"
#include "format/text_values.h"

namespace sluice::starrocks {
namespace {

// A moment as `read` finds it in the text.
template <typename T>
bool AppendMoment(bool (*read)(std::string_view, T&), std::string_view text, Column& out) {
  T value = 0;
  if (!read(text, value)) return false;
  out.Append(value);
  return true;
}

bool AppendBoolean(std::string_view text, Column& out) {
  const bool one = text == "1" || text == "true";
  if (!one && text != "0" && text != "false") return false;
  out.Append<uint8_t>(one ? 1 : 0);
  return true;
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
  switch (out.type().kind) {
    case TypeKind::kBoolean:
      return AppendBoolean(text, out);
    case TypeKind::kBytes:
      return AppendBytes(text, out);
    case TypeKind::kDate:
      return AppendMoment(ReadAnyDate, text, out);
    case TypeKind::kTime:
      return AppendMoment(ReadAnyTime, text, out);
    case TypeKind::kTimestamp:
      return AppendMoment(ReadAnyTimestamp, text, out);
    default:
      return ReadValueText(text, kStyle, out).empty();
  }
}

}  // namespace sluice::starrocks
