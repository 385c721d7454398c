// SPDX-License-Identifier: Apache-2.0
// Lines of fields: csv (RFC 4180: quotes around fields, doubled inside) and text (no quotes).
#pragma once

#include <string>
#include <vector>

#include "format/rows.h"
#include "format/text_values.h"

namespace sluice {

enum class QuoteMode : uint8_t { kMinimal, kAll, kNone };

struct DelimitedStyle {
  bool quotes = true;                 // csv
  std::string field_delimiter = ",";  // empty: the whole line is one field
  std::string row_delimiter = "\n";   // read: a carriage return before a line feed goes with it
  QuoteMode quote_mode = QuoteMode::kMinimal;  // kAll: every text
  bool blank_is_null = true;                   // a quoted blank never is
  TextStyle values;
};

// The longest row that is read; a longer one is a mistake, such as a quote that is never closed.
inline constexpr size_t kRowBytesMax = size_t{64} << 20U;

class DelimitedDecoder final : public RowDecoder {
 public:
  // `file` is named in messages.
  DelimitedDecoder(std::string file, RowLayout layout, DelimitedStyle style);
  Result<size_t> Decode(std::string_view text, bool last, ChunkBuilder& rows) override;

 private:
  struct Field {
    std::string_view text;
    bool quoted = false;
  };
  // The row at the front of `text`; false: it is not whole. Sets `taken` and fields_.
  Result<bool> Split(std::string_view text, bool last, size_t& taken);
  Result<bool> SplitQuoted(std::string_view text, bool last, size_t& taken);
  Result<bool> QuotedField(std::string_view text, bool last, size_t& at);
  size_t FindEnd(std::string_view text, size_t from) const;
  void SplitFields(std::string_view line);
  Status AppendRow(ChunkBuilder& rows);
  Status AppendField(size_t field, ChunkBuilder& rows);
  Status Wrong(const std::string& what) const;

  const std::string file_;
  const RowLayout layout_;
  const DelimitedStyle style_;
  std::vector<Field> fields_;
  std::vector<std::string> unquoted_;  // fields with doubled quotes taken out
};

// The fields of one line, for a header line. Empty when it is no whole row.
std::vector<std::string> SplitHeader(std::string_view line, const DelimitedStyle& style);

class DelimitedEncoder final : public RowEncoder {
 public:
  // Rows are separated, not ended, by the row delimiter. `header`: begin with the names.
  DelimitedEncoder(std::vector<EncodedColumn> columns, DelimitedStyle style, bool header);
  Status Append(const Chunk& chunk, std::span<const uint32_t> rows, std::string& out) override;
  Status Finish(std::string& out) override;

 private:
  Status AppendValue(const Chunk& chunk, const EncodedColumn& column, uint32_t row,
                     std::string& out);
  bool HoldsDelimiter(std::string_view text) const;
  bool IsSpecial(std::string_view text) const;
  // Read as null without quotes, and as nothing else.
  bool IsPlainBlank(std::string_view text) const;
  void AppendQuoted(std::string_view text, std::string& out) const;

  const std::vector<EncodedColumn> columns_;
  const DelimitedStyle style_;
  bool header_;
  bool first_ = true;        // no row yet
  bool last_empty_ = false;  // the last row has no bytes
  std::string value_;
};

}  // namespace sluice
