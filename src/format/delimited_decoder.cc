// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "format/delimited.h"

namespace sluice {

DelimitedDecoder::DelimitedDecoder(std::string file, RowLayout layout, DelimitedStyle style)
    : file_(std::move(file)), layout_(std::move(layout)), style_(std::move(style)) {}

Status DelimitedDecoder::Wrong(const std::string& what) const {
  return {Code::kSchemaMismatch, fmt::format("{}:{}: {}", file_, line_, what)};
}

Result<size_t> DelimitedDecoder::Decode(std::string_view text, bool last, ChunkBuilder& rows) {
  size_t done = 0;
  while (done < text.size() && !rows.full()) {
    size_t taken = 0;
    ASSIGN_OR_RETURN(const bool whole, Split(text.substr(done), last, taken));
    if (!whole) {
      if (text.size() - done > kRowBytesMax) {
        return Fail(
            Wrong("a row of more than 64 MiB; is a quote not closed, or the row_delimiter "
                  "another?"));
      }
      break;
    }
    // An empty line is a row only where a row can be empty.
    const bool empty = fields_.size() == 1 && fields_[0].text.empty() && !fields_[0].quoted;
    if (!empty || layout_.fields.size() == 1) RETURN_IF_ERROR(AppendRow(rows));
    const std::string_view row = text.substr(done, taken);
    line_ +=
        static_cast<uint64_t>(style_.row_delimiter == "\n" ? std::ranges::count(row, '\n') : 1);
    done += taken;
  }
  return done;
}

size_t DelimitedDecoder::FindEnd(std::string_view text, size_t from) const {
  return style_.row_delimiter.size() == 1 ? text.find(style_.row_delimiter[0], from)
                                          : text.find(style_.row_delimiter, from);
}

Result<bool> DelimitedDecoder::Split(std::string_view text, bool last, size_t& taken) {
  const size_t end = FindEnd(text, 0);
  if (style_.quotes) {
    // Without a quote before its end, the row is as simple as one of a text file.
    const std::string_view first = text.substr(0, end);
    if (first.find('"') != std::string_view::npos) return SplitQuoted(text, last, taken);
  }
  if (end == std::string_view::npos && !last) return false;
  std::string_view line = text.substr(0, end);
  taken = end == std::string_view::npos ? text.size() : end + style_.row_delimiter.size();
  if (style_.row_delimiter == "\n" && line.ends_with('\r')) line.remove_suffix(1);
  SplitFields(line);
  return true;
}

void DelimitedDecoder::SplitFields(std::string_view line) {
  fields_.clear();
  const std::string& delimiter = style_.field_delimiter;
  while (!delimiter.empty()) {
    const size_t at = delimiter.size() == 1 ? line.find(delimiter[0]) : line.find(delimiter);
    if (at == std::string_view::npos) break;
    fields_.push_back({line.substr(0, at), false});
    line.remove_prefix(at + delimiter.size());
  }
  fields_.push_back({line, false});
}

// A row with quotes in it: quoted fields may hold delimiters and line ends.
Result<bool> DelimitedDecoder::SplitQuoted(std::string_view text, bool last, size_t& taken) {
  fields_.clear();
  unquoted_.clear();
  const std::string& comma = style_.field_delimiter;
  const std::string& row_end = style_.row_delimiter;
  for (size_t at = 0;;) {
    if (at < text.size() && text[at] == '"') {
      ASSIGN_OR_RETURN(const bool whole, QuotedField(text, last, at));
      if (!whole) return false;
    } else {
      const size_t end = std::min(FindEnd(text, at), text.find(comma, at));
      if (end == std::string_view::npos && !last) return false;
      fields_.push_back({text.substr(at, end - at), false});
      at = std::min(end, text.size());
    }
    // Behind a field.
    const std::string_view rest = text.substr(at);
    if (rest.starts_with(comma)) {
      at += comma.size();
      continue;
    }
    const bool crlf = row_end == "\n" && rest.starts_with("\r\n");
    taken = std::min(at + (crlf ? 2 : row_end.size()), text.size());
    std::string_view& field = fields_.back().text;
    if (!fields_.back().quoted && row_end == "\n" && field.ends_with('\r')) field.remove_suffix(1);
    break;
  }
  // Views into strings that moved would dangle, so quoted fields are looked up only now.
  size_t next = 0;
  for (Field& field : fields_) {
    if (field.quoted) field.text = unquoted_[next++];
  }
  return true;
}

// The quoted field at `at`, which is moved behind it.
Result<bool> DelimitedDecoder::QuotedField(std::string_view text, bool last, size_t& at) {
  std::string value;
  for (size_t from = at + 1;;) {
    const size_t quote = text.find('"', from);
    if (quote == std::string_view::npos) {
      if (!last) return false;
      return Fail(Wrong(
          fmt::format("the quote before '{}' is never closed", Excerpt(text.substr(at + 1)))));
    }
    value += text.substr(from, quote - from);
    const std::string_view rest = text.substr(quote + 1);
    if (rest.starts_with('"')) {
      value += '"';
      from = quote + 2;
      continue;
    }
    // The bytes that decide may not be there yet.
    const size_t decisive =
        std::max({style_.field_delimiter.size(), style_.row_delimiter.size(), size_t{2}});
    if (rest.size() < decisive && !last) return false;
    const bool ends = rest.empty() || rest.starts_with(style_.field_delimiter) ||
                      rest.starts_with(style_.row_delimiter) ||
                      (style_.row_delimiter == "\n" && (rest.starts_with("\r\n") || rest == "\r"));
    if (!ends) {
      return Fail(
          Wrong(fmt::format("after the closing quote of '{}' comes '{}', where a '{}' or "
                            "the end of the row is expected; a quote inside is doubled",
                            Excerpt(value), Excerpt(rest.substr(0, 10)), style_.field_delimiter)));
    }
    fields_.push_back({{}, true});
    unquoted_.push_back(std::move(value));
    at = rest == "\r" ? text.size() : quote + 1;
    return true;
  }
}

Status DelimitedDecoder::AppendRow(ChunkBuilder& rows) {
  if (fields_.size() != layout_.fields.size()) {
    return Wrong(fmt::format("{} fields, where {} are expected: {}", fields_.size(),
                             layout_.fields.size(), fmt::join(layout_.fields, ", ")));
  }
  for (size_t field = 0; field < fields_.size(); ++field) {
    if (layout_.column_of[field] == RowLayout::kLeftOut) continue;
    RETURN_IF_ERROR(AppendField(field, rows));
  }
  layout_.AppendConstants(rows);
  rows.EndRow(RowKind::kInsert);
  return {};
}

Status DelimitedDecoder::AppendField(size_t field, ChunkBuilder& rows) {
  const auto index = static_cast<size_t>(layout_.column_of[field]);
  const std::string_view text = fields_[field].text;
  const bool quoted = fields_[field].quoted;
  Column& column = rows.column(index);
  const TypeKind kind = column.type().kind;
  const bool is_text = kind == TypeKind::kString || kind == TypeKind::kBytes;
  const bool null = (!(quoted && is_text) && style_.blank_is_null && IsBlank(text)) ||
                    (!quoted && style_.values.null_text && text == *style_.values.null_text);
  if (null) {
    const ColumnInfo& info = layout_.schema->columns[index];
    if (!info.nullable) {
      return Wrong(
          fmt::format("column '{}': it is empty, but the schema says that it never is", info.name));
    }
    column.AppendNull();
    return {};
  }
  const std::string expected = ReadValueText(text, style_.values, column);
  if (expected.empty()) return {};
  return Wrong(fmt::format("column '{}': '{}', where {} is expected", layout_.fields[field],
                           Excerpt(text), expected));
}

std::vector<std::string> SplitHeader(std::string_view line, const DelimitedStyle& style) {
  // A header is a row of texts, as many as there are.
  DelimitedStyle texts = style;
  texts.blank_is_null = false;
  texts.values.null_text = std::nullopt;
  for (size_t count = 1; count <= line.size() + 1; ++count) {
    RowLayout layout;
    auto schema = std::make_shared<Schema>();
    for (size_t i = 0; i < count; ++i) {
      schema->columns.push_back({.name = std::to_string(i), .type = Of(TypeKind::kString)});
      layout.fields.push_back(std::to_string(i));
      layout.column_of.push_back(static_cast<int>(i));
    }
    layout.schema = std::move(schema);
    ChunkBuilder rows(layout.schema);
    DelimitedDecoder decoder("", layout, texts);
    if (!decoder.Decode(line, true, rows) || rows.rows() != 1) continue;
    const ChunkPtr chunk = rows.Finish(0);
    std::vector<std::string> names;
    for (size_t i = 0; i < count; ++i) names.emplace_back(chunk->column(i).text(0));
    return names;
  }
  return {};
}

}  // namespace sluice
