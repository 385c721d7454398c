// SPDX-License-Identifier: Apache-2.0
// Column: the values of one column of a chunk, in Apache Arrow's memory layout (little-endian,
// validity bitmap with 1 = present, 32-bit offsets for text and bytes), so that formats can hand
// the buffers to Arrow as they are. Source: https://arrow.apache.org/docs/format/Columnar.html
//
//   kBoolean               one bit a value in Arrow; here one byte a value (0 or 1), packed when
//   handed over kTinyInt..kBigInt      int8 int16 int32 int64 kFloat, kDouble        float, double
//   kDecimal               128-bit two's complement, unscaled
//   kString, kBytes        offsets() and data()
//   kDate                  int32, days since 1970-01-01
//   kTime                  int64, microseconds; MySQL's TIME may be negative or above 24 hours
//   kTimestamp             int64, microseconds since 1970-01-01 00:00:00, no zone
//
// A null has a zero value (fixed width) or zero length (text) behind it.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "data/type.h"

namespace sluice {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

// Bytes a value of `kind` takes in the fixed-width buffer; 0 for text and bytes.
constexpr size_t FixedWidth(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean:
    case TypeKind::kTinyInt:
      return 1;
    case TypeKind::kSmallInt:
      return 2;
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate:
      return 4;
    case TypeKind::kBigInt:
    case TypeKind::kDouble:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
      return 8;
    case TypeKind::kDecimal:
      return 16;
    case TypeKind::kString:
    case TypeKind::kBytes:
      return 0;
  }
  return 0;
}

// Append while building, read-only once inside a Chunk. One thread while building; then any.
class Column {
 public:
  // Text and bytes of one column together: what an offset can say.
  static constexpr size_t kTextBytesMax = std::numeric_limits<int32_t>::max();

  explicit Column(Type type) : type_(type), width_(FixedWidth(type.kind)) {
    if (width_ == 0) offsets_.push_back(0);
  }

  const Type& type() const { return type_; }
  uint32_t rows() const { return rows_; }
  uint32_t null_count() const { return null_count_; }
  bool is_null(uint32_t row) const {
    return null_count_ != 0 && (validity_[row >> 3U] & (1U << (row & 7U))) == 0;
  }

  // T is the storage type named above. REQUIRES: sizeof(T) == width, row < rows().
  template <typename T>
  T value(uint32_t row) const {
    T out;
    std::memcpy(&out, data_.data() + size_t{row} * sizeof(T), sizeof(T));
    return out;
  }
  // REQUIRES: kString or kBytes. Valid as long as the column.
  std::string_view text(uint32_t row) const {
    const auto begin = static_cast<size_t>(offsets_[row]);
    return {data_.data() + begin, static_cast<size_t>(offsets_[row + 1]) - begin};
  }

  template <typename T>
  void Append(T value) {
    data_.append(reinterpret_cast<const char*>(&value), sizeof(T));
    AddRow();
  }
  // REQUIRES: no more than kTextBytesMax together; sources refuse what is longer.
  void AppendText(std::string_view value) {
    CHECK(value.size() <= kTextBytesMax - data_.size());
    data_.append(value);
    offsets_.push_back(static_cast<int32_t>(data_.size()));
    AddRow();
  }
  void AppendNull();
  // Copies one value, null included. REQUIRES: same type kind.
  void AppendFrom(const Column& from, uint32_t row);

  size_t bytes() const { return data_.size() + offsets_.size() * 4 + validity_.size(); }
  const std::string& data() const { return data_; }
  const std::vector<int32_t>& offsets() const {
    return offsets_;
  }  // rows() + 1, text and bytes only
  const std::vector<uint8_t>& validity() const { return validity_; }  // empty: nothing is null

  void Reserve(uint32_t rows, size_t text_bytes);

 private:
  void AddRow() {
    if (null_count_ != 0) SetValid();
    ++rows_;
  }
  void SetValid();

  Type type_;
  size_t width_;
  uint32_t rows_ = 0;
  uint32_t null_count_ = 0;
  std::string data_;
  std::vector<int32_t> offsets_;
  std::vector<uint8_t> validity_;
};

}  // namespace sluice
