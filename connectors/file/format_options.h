// SPDX-License-Identifier: Apache-2.0
// The options about the contents of files, that source and sink share.
#pragma once

#include <string>

#include "config/option_spec.h"
#include "format/text_values.h"

namespace sluice::file {

enum class Format : uint8_t { kText, kCsv, kJson, kParquet, kOrc, kExcel, kXml, kBinary };

struct FormatOptions {
  Format format = Format::kCsv;
  std::string date_format = "yyyy-MM-dd";
  std::string datetime_format = "yyyy-MM-dd HH:mm:ss";
  std::string time_format = "HH:mm:ss";
  std::string encoding = "UTF-8";
  std::optional<std::string> field_delimiter;
  std::string row_delimiter = "\n";
};

std::vector<std::pair<std::string, Format>> FormatNames();
std::string_view FormatName(Format format);

// Adds the options that both have.
template <typename T>
void AddFormatOptions(OptionSpec<T>& spec) {
  // A member of the base, as one of T.
  const auto text = [](std::string FormatOptions::* member) {
    return static_cast<std::string T::*>(member);
  };
  spec.Choice("file_format_type", static_cast<Format T::*>(&FormatOptions::format), FormatNames(),
              "What the files are.")
      .Optional("field_delimiter",
                static_cast<std::optional<std::string> T::*>(&FormatOptions::field_delimiter),
                "Between fields; a comma in csv, the character 1 in text.", AtLeast(1))
      .Alias("delimiter")
      .Optional("row_delimiter", text(&FormatOptions::row_delimiter),
                "Between rows of text, csv and json.", AtLeast(1))
      .Optional("date_format", text(&FormatOptions::date_format), "Form of dates in text and csv.")
      .Optional("datetime_format", text(&FormatOptions::datetime_format),
                "Form of timestamps in text and csv.")
      .Optional("time_format", text(&FormatOptions::time_format), "Form of times in text and csv.")
      .Optional("encoding", text(&FormatOptions::encoding), "Charset of text, csv and json.",
                AtLeast(1));
}

// What the options come to, with every mistake told to `diagnostics`. `where`: the block.
struct FormatStyle {
  TextStyle values;
  std::string field_delimiter;
  std::string row_delimiter;
};
FormatStyle CheckFormat(const FormatOptions& options, const std::string& where, const Value& block,
                        const Origin& origin, Diagnostics& diagnostics);

// Where the option was written, or `otherwise`.
const Origin& OriginOf(const Value& block, std::string_view option, const Origin& otherwise);

}  // namespace sluice::file
