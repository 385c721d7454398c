// SPDX-License-Identifier: Apache-2.0
// Rows as hashes: what a target holds and what its source has are compared by them.
#pragma once

#include <cstdint>
#include <string>

#include "base/checksum.h"
#include "data/chunk.h"

namespace sluice {

// Hashes rows of chunks. Equal values of equal types give equal hashes in every chunk; a null is
// none of them. One thread.
class RowHasher {
 public:
  Hash128 Key(const Chunk& chunk, uint32_t row);  // REQUIRES: the schema has a primary key
  Hash128 Row(const Chunk& chunk, uint32_t row);

 private:
  void Add(const Column& column, uint32_t row);

  std::string bytes_;
};

}  // namespace sluice
