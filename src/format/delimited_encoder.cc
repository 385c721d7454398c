// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "format/delimited.h"

namespace sluice {

DelimitedEncoder::DelimitedEncoder(std::vector<EncodedColumn> columns, DelimitedStyle style,
                                   bool header)
    : columns_(std::move(columns)), style_(std::move(style)), header_(header) {}

Status DelimitedEncoder::Append(const Chunk& chunk, std::span<const uint32_t> rows,
                                std::string& out) {
  if (header_) {
    header_ = false;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out += style_.field_delimiter;
      if (style_.quotes && IsSpecial(columns_[i].name)) {
        AppendQuoted(columns_[i].name, out);
      } else {
        out += columns_[i].name;
      }
    }
    out += style_.row_delimiter;
  }
  for (const uint32_t row : rows) {
    if (!first_) out += style_.row_delimiter;
    first_ = false;
    const size_t begin = out.size();
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out += style_.field_delimiter;
      if (chunk.column(columns_[i].index).is_null(row)) continue;
      RETURN_IF_ERROR(AppendValue(chunk, columns_[i], row, out));
    }
    last_empty_ = out.size() == begin;
  }
  return {};
}

Status DelimitedEncoder::Finish(std::string& out) {
  // Without it, a last row of no bytes would be no row.
  if (last_empty_) out += style_.row_delimiter;
  return {};
}

bool DelimitedEncoder::HoldsDelimiter(std::string_view text) const {
  const auto has = [&](const std::string& part) {
    return !part.empty() && text.find(part) != std::string_view::npos;
  };
  return has(style_.field_delimiter) || has(style_.row_delimiter);
}

bool DelimitedEncoder::IsSpecial(std::string_view text) const {
  if (HoldsDelimiter(text)) return true;
  if (!style_.quotes) return style_.row_delimiter == "\n" && text.ends_with('\r');
  return text.find_first_of("\"\r\n") != std::string_view::npos || IsBlank(text);
}

bool DelimitedEncoder::IsPlainBlank(std::string_view text) const {
  return style_.quotes && IsBlank(text) && !HoldsDelimiter(text) &&
         text.find_first_of("\r\n") == std::string_view::npos;
}

void DelimitedEncoder::AppendQuoted(std::string_view text, std::string& out) const {
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

Status DelimitedEncoder::AppendValue(const Chunk& chunk, const EncodedColumn& column, uint32_t row,
                                     std::string& out) {
  const Column& values = chunk.column(column.index);
  const TypeKind kind = values.type().kind;
  const bool is_text = kind == TypeKind::kString || kind == TypeKind::kBytes;
  value_.clear();
  if (!is_text) AppendValueText(values, row, style_.values, value_);
  const std::string_view text = is_text ? values.text(row) : std::string_view(value_);
  const bool special = IsSpecial(text);
  if (!style_.quotes || style_.quote_mode == QuoteMode::kNone) {
    if (special && !IsPlainBlank(text)) {
      return {
          Code::kSchemaMismatch,
          fmt::format("table {}, column '{}': the value '{}' holds the field delimiter, the row "
                      "delimiter or a quote and would be read as something else: choose {}",
                      chunk.schema()->path.ToString(), column.name, Excerpt(text),
                      style_.quotes ? "csv_string_quote_mode = MINIMAL"
                                    : "another field_delimiter or row_delimiter, or "
                                      "file_format_type = csv")};
    }
    out += text;
  } else if (special || (is_text && style_.quote_mode == QuoteMode::kAll)) {
    AppendQuoted(text, out);
  } else {
    out += text;
  }
  return {};
}

}  // namespace sluice
