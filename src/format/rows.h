// SPDX-License-Identifier: Apache-2.0
// RowDecoder and RowEncoder: rows of chunks from the bytes of one file, and into them. Pure: no
// I/O; the caller brings and takes the bytes. One thread. All text is UTF-8 here
// (format/charset.h).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/chunk.h"

namespace sluice {

// How the rows of a file become rows of a table.
struct RowLayout {
  static constexpr int kLeftOut = -1;

  SchemaRef schema;                    // of the rows given out
  std::vector<std::string> fields;     // of the file, in its order
  std::vector<int> column_of;          // for each field: its column, or kLeftOut
  std::vector<std::string> constants;  // texts of the last columns, the same in every row
  void AppendConstants(ChunkBuilder& rows) const {
    const size_t first = schema->columns.size() - constants.size();
    for (size_t i = 0; i < constants.size(); ++i) rows.column(first + i).AppendText(constants[i]);
  }
};

class RowDecoder {
 public:
  virtual ~RowDecoder() = default;
  // Takes whole rows from the front of `text` until `rows` is full or no whole row is left;
  // returns how many bytes they were, so that the next call begins with what was left. `last`:
  // nothing follows `text`. A decoder made anew goes on at any such place, when SetLine tells it
  // the line. Errors are final and name file, line, column and what was expected.
  virtual Result<size_t> Decode(std::string_view text, bool last, ChunkBuilder& rows) = 0;

  uint64_t line() const { return line_; }  // of the next row, from 1
  void SetLine(uint64_t line) { line_ = line; }

 protected:
  uint64_t line_ = 1;
};

// Of the file, in its order.
struct EncodedColumn {
  uint32_t index = 0;  // in the chunk
  std::string name;    // in the file
};

class RowEncoder {
 public:
  virtual ~RowEncoder() = default;
  // Appends the rows with these numbers, in this order. Errors are final and name table and column.
  virtual Status Append(const Chunk& chunk, std::span<const uint32_t> rows, std::string& out) = 0;
  // Appends what ends the file. The last call.
  virtual Status Finish(std::string& out) = 0;
  // Bytes held that were not appended yet, and a request to append them as a group of their own.
  virtual size_t held() const { return 0; }
  virtual Status Flush(std::string& /*out*/) { return {}; }
};

}  // namespace sluice
