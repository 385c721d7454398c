// SPDX-License-Identifier: Apache-2.0
#include "data/column.h"

namespace sluice {

void Column::SetValid() {
  if ((rows_ & 7U) == 0) validity_.push_back(0);
  validity_[rows_ >> 3U] = static_cast<uint8_t>(validity_[rows_ >> 3U] | (1U << (rows_ & 7U)));
}

void Column::AppendNull() {
  if (null_count_ == 0) {
    // The bitmap appears with the first null; until then every row was present.
    validity_.assign((size_t{rows_} + 7) / 8, 0xff);
    if ((rows_ & 7U) != 0) {
      validity_.back() = static_cast<uint8_t>((1U << (rows_ & 7U)) - 1U);
    }
  }
  if ((rows_ & 7U) == 0) validity_.push_back(0);
  if (width_ == 0) {
    offsets_.push_back(offsets_.back());
  } else {
    data_.resize(data_.size() + width_, '\0');
  }
  ++rows_;
  ++null_count_;
}

void Column::AppendFrom(const Column& from, uint32_t row) {
  CHECK(from.type_.kind == type_.kind);
  if (from.is_null(row)) {
    AppendNull();
  } else if (width_ == 0) {
    AppendText(from.text(row));
  } else {
    data_.append(from.data_, size_t{row} * width_, width_);
    AddRow();
  }
}

void Column::Reserve(uint32_t rows, size_t text_bytes) {
  if (width_ == 0) {
    offsets_.reserve(size_t{rows} + 1);
    data_.reserve(text_bytes);
  } else {
    data_.reserve(size_t{rows} * width_);
  }
}

}  // namespace sluice
