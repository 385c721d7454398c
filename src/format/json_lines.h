// SPDX-License-Identifier: Apache-2.0
// JSON: one object a line, a line for each row. Keys are the names of columns.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "format/rows.h"
#include "format/text_values.h"

namespace sluice {

enum class FurtherKeys : uint8_t {
  kPassedOver,
  kRefused,  // unless the value is null
};

// Reads objects, or arrays of them, one text a line. A missing key is null, a further key is what
// FurtherKeys says, a key that comes twice counts the last time. Columns of text take any value:
// numbers as they are written, objects and lists as compact JSON. Bytes are base64. Dates and times
// may be written in the usual ways: 2024-02-29, 2024/02/29, 20240229, behind it a blank or T and
// the time.
class JsonDecoder final : public RowDecoder {
 public:
  JsonDecoder(std::string file, RowLayout layout, std::string row_delimiter,
              FurtherKeys further = FurtherKeys::kPassedOver);
  Result<size_t> Decode(std::string_view text, bool last, ChunkBuilder& rows) override;

 private:
  Status DecodeLine(std::string_view line, ChunkBuilder& rows);
  Status Wrong(const std::string& what) const;

  const std::string file_;
  const RowLayout layout_;
  const std::string row_delimiter_;
  const FurtherKeys further_;
  const TextStyle style_;
  std::unordered_map<std::string, size_t> fields_;  // those read, by name, numbered through
  std::vector<size_t> columns_;                     // the column of each
};

// Writes nulls as null, decimals as numbers, timestamps as 2024-02-29T23:59:59.5, bytes as base64,
// floats that JSON has no number for as "NaN", "Infinity" and "-Infinity", which are read again.
class JsonEncoder final : public RowEncoder {
 public:
  JsonEncoder(std::vector<EncodedColumn> columns, std::string row_delimiter);
  Status Append(const Chunk& chunk, std::span<const uint32_t> rows, std::string& out) override;
  Status Finish(std::string& out) override;

 private:
  void AppendValue(const Column& column, uint32_t row, std::string& out) const;

  const std::vector<EncodedColumn> columns_;
  const std::string row_delimiter_;
  const TextStyle style_;
  std::vector<std::string> keys_;  // `{"a":`, `,"b":` ...
  bool first_ = true;
};

}  // namespace sluice
