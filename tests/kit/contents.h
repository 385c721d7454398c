// SPDX-License-Identifier: Apache-2.0
// Rows as text, and tables made of them: what laws compare.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "data/event.h"

namespace sluice::kit {

using Rows = std::multiset<std::string>;
using Contents = std::map<std::string, Rows>;  // by the table's full name; no empty tables

// Values as ValueText shows them, with bars between.
std::string RowText(const Chunk& chunk, uint32_t row);
// The same of a row of an SQL answer.
std::string RowText(std::span<const std::optional<std::string>> row);
std::string KeyText(const Chunk& chunk, uint32_t row);  // of the primary key; else the whole row

// Every row of the chunks as "+I table: values", in order.
std::vector<std::string> RowLines(std::span<const Event> events);
size_t CountRows(std::span<const Event> events);

enum class Fold : uint8_t {
  kExact,   // each change fits what the rows before it left: nothing twice, nothing missing
  kUpsert,  // the last row of a key wins, as in a target that upserts
};
// The tables that the rows leave. `problem`: the first change that does not fit.
struct Folded {
  Contents contents;
  std::string problem;
};
Folded FoldRows(std::span<const Event> events, Fold how);

// Empty when equal; else the first rows that are in one only.
std::string Difference(const Contents& expected, const Contents& actual);

// At most `most` of the numbers below `count`, the first and the last among them.
std::vector<size_t> Spread(size_t count, size_t most);

}  // namespace sluice::kit
