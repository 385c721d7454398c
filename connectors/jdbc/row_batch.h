// SPDX-License-Identifier: Apache-2.0
// RowBatch: rows of one target table, spelled as its server takes many at once. Where rows have
// a key, only the last row of each stays.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/chunk.h"
#include "jdbc/dialect.h"

namespace sluice::jdbc {

// How the rows of a batch are sent.
struct RowText {
  std::string text;
  std::vector<size_t> ends;  // of each row in it, for messages
  bool upserts = false;
  bool deletes = false;

  uint32_t rows() const { return static_cast<uint32_t>(ends.size()); }
  // The row that the server numbers `number`, from 1, cut to a length for messages.
  std::string Excerpt(size_t number) const;
};

class RowBatch {
 public:
  // `staged`: rows carry their order and what is to be done before their columns. Both outlive it.
  RowBatch(const Dialect& dialect, const TargetTable& target, bool staged);

  // kSchemaMismatch naming table, column and key when the row cannot be in the target.
  Status Add(const Chunk& chunk, uint32_t row, uint64_t seq);
  uint32_t rows() const { return live_; }
  size_t bytes() const { return text_.size(); }
  RowText Take();  // the batch is empty again

 private:
  struct Piece {
    size_t begin;
    size_t end;
    bool deletes;
    bool live;
  };

  Status AddColumns(const Chunk& chunk, uint32_t row, bool deletes);
  Status Unfit(const Chunk& chunk, uint32_t row, uint32_t column, std::string_view why) const;
  void Replace(const Chunk& chunk, uint32_t row);

  const Dialect& dialect_;
  const TargetTable& target_;
  const bool staged_;
  std::string text_;
  std::vector<Piece> pieces_;
  std::unordered_map<std::string, size_t> by_key_;  // to the last piece
  uint32_t live_ = 0;
};

}  // namespace sluice::jdbc
