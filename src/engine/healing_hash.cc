// SPDX-License-Identifier: Apache-2.0
#include "engine/healing_hash.h"

namespace sluice {

// With lengths, so that no two rows give the same bytes.
void RowHasher::Add(const Column& column, uint32_t row) {
  if (column.is_null(row)) {
    bytes_ += '\0';
    return;
  }
  bytes_ += '\1';
  const size_t width = FixedWidth(column.type().kind);
  if (width > 0) {
    bytes_.append(column.data(), size_t{row} * width, width);
    return;
  }
  const std::string_view text = column.text(row);
  const auto size = static_cast<uint32_t>(text.size());
  bytes_.append(reinterpret_cast<const char*>(&size), sizeof(size));
  bytes_.append(text);
}

Hash128 RowHasher::Key(const Chunk& chunk, uint32_t row) {
  bytes_.clear();
  for (const uint32_t column : chunk.schema()->primary_key) Add(chunk.column(column), row);
  return Hash128Of(bytes_);
}

Hash128 RowHasher::Row(const Chunk& chunk, uint32_t row) {
  bytes_.clear();
  for (size_t i = 0; i < chunk.column_count(); ++i) Add(chunk.column(i), row);
  return Hash128Of(bytes_);
}

}  // namespace sluice
