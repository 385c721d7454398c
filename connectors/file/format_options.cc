// SPDX-License-Identifier: Apache-2.0
#include "file/format_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "format/charset.h"

namespace sluice::file {
namespace {

constexpr auto kDateForms =
    std::to_array<std::string_view>({"yyyy-MM-dd", "yyyy.MM.dd", "yyyy/MM/dd"});
constexpr auto kTimeForms = std::to_array<std::string_view>({"HH:mm:ss", "HH:mm:ss.SSS"});
constexpr auto kDatetimeForms = std::to_array<std::string_view>(
    {"yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.SSSSSS", "yyyy.MM.dd HH:mm:ss",
     "yyyy/MM/dd HH:mm:ss", "yyyyMMddHHmmss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSS",
     "yyyy-MM-dd'T'HH:mm:ss.SSSSSS", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS"});

// "\u0001" and "\t" as they may be written in a file that keeps backslashes.
std::string Unescaped(const std::string& text) {
  if (text == "\\t") return "\t";
  if (text == "\\n") return "\n";
  if (text == "\\r\\n") return "\r\n";
  if (text == "\\u0001" || text == "\\001") return "\x01";
  return text;
}

template <size_t N>
TimePattern CheckForm(const std::array<std::string_view, N>& forms, std::string_view option,
                      std::string text, const std::string& where, const Origin& origin,
                      Diagnostics& diagnostics) {
  // ISO 8601 is also written without quotes around its T.
  if (const size_t at = text.find('T'); at != std::string::npos && text.find('\'') > text.size()) {
    text.replace(at, 1, "'T'");
  }
  if (std::ranges::find(forms, text) == forms.end()) {
    diagnostics.Error(origin, fmt::format("{}: {} = \"{}\" must be one of {}", where, option, text,
                                          fmt::join(forms, ", ")));
    text = forms[0];
  }
  return *TimePattern::Parse(text);
}

}  // namespace

std::vector<std::pair<std::string, Format>> FormatNames() {
  return {{"text", Format::kText},       {"csv", Format::kCsv},      {"json", Format::kJson},
          {"parquet", Format::kParquet}, {"orc", Format::kOrc},      {"excel", Format::kExcel},
          {"xml", Format::kXml},         {"binary", Format::kBinary}};
}

std::string_view FormatName(Format format) {
  static const auto names = FormatNames();
  return std::ranges::find(names, format, &std::pair<std::string, Format>::second)->first;
}

const Origin& OriginOf(const Value& block, std::string_view option, const Origin& otherwise) {
  const Field* field = FindOption(block, option);
  return field == nullptr ? otherwise : field->value.origin();
}

FormatStyle CheckFormat(const FormatOptions& options, const std::string& where, const Value& block,
                        const Origin& origin, Diagnostics& diagnostics) {
  FormatStyle style;
  const auto at = [&](std::string_view option) { return OriginOf(block, option, origin); };
  style.values.date = CheckForm(kDateForms, "date_format", options.date_format, where,
                                at("date_format"), diagnostics);
  style.values.time = CheckForm(kTimeForms, "time_format", options.time_format, where,
                                at("time_format"), diagnostics);
  style.values.datetime = CheckForm(kDatetimeForms, "datetime_format", options.datetime_format,
                                    where, at("datetime_format"), diagnostics);
  style.field_delimiter =
      Unescaped(options.field_delimiter.value_or(options.format == Format::kCsv ? "," : "\x01"));
  style.row_delimiter = Unescaped(options.row_delimiter);
  switch (options.format) {
    case Format::kText:
    case Format::kCsv:
    case Format::kJson:
    case Format::kParquet:
      break;
    default:
      diagnostics.Error(at("file_format_type"),
                        fmt::format("{}: file_format_type = {} is not built yet: use parquet, csv, "
                                    "json or text",
                                    where, FormatName(options.format)));
      return style;
  }
  if (options.format == Format::kParquet) return style;
  const auto charset = Charset::Open(options.encoding, Charset::Direction::kToUtf8, "");
  if (!charset) {
    diagnostics.Error(at("encoding"), fmt::format("{}: {}", where, charset.error().message()));
  }
  if (style.field_delimiter == style.row_delimiter ||
      style.field_delimiter.find('"') != std::string::npos) {
    diagnostics.Error(at("field_delimiter"),
                      fmt::format("{}: field_delimiter must differ from row_delimiter and hold no "
                                  "quote",
                                  where));
  }
  return style;
}

}  // namespace sluice::file
