// SPDX-License-Identifier: Apache-2.0
// What a statement of the binary log does to tables. Only as much of SQL is read as is needed to
// tell statements that leave rows as they are from those that do not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/schema.h"

namespace sluice::mysql {

enum class DdlKind : uint8_t {
  kSameRows,   // indexes, comments, engine, default values ...: rows keep their columns
  kAddColumn,  // new columns, the old ones unchanged
  kOther,  // columns, keys or rows change in another way, or the table comes, goes or is renamed
};

struct DdlEffect {
  TablePath table;
  DdlKind kind = DdlKind::kOther;
  std::string what;  // "DROP COLUMN", for people

  friend bool operator==(const DdlEffect&, const DdlEffect&) = default;
};

// One effect for every table that the statement names as changed; empty for statements that change
// no table (GRANT, CREATE USER, ...). `schema`: the default database of the statement.
std::vector<DdlEffect> EffectsOf(std::string_view sql, std::string_view schema);

// The first word of a statement that may change rows by itself: "INSERT", "UPDATE" ..., "SELECT"
// and "DO" of a function that writes; empty for others. Comments in front do not hide it.
std::string RowVerbOf(std::string_view sql);

}  // namespace sluice::mysql
