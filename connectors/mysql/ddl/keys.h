// SPDX-License-Identifier: Apache-2.0
// The keys of a table while a statement changes them. Internal to the folder.
#pragma once

#include <functional>

#include "mysql/ddl/statement.h"
#include "mysql/types.h"

namespace sluice::mysql {

class KeyList {
 public:
  explicit KeyList(const TableFacts& table)
      : primary_(table.primary_key), indexes_(table.indexes) {}

  const std::vector<std::string>& primary() const { return primary_; }

  // kUnsupported when there is no such key.
  Status Drop(const DropKey& drop);
  Status Rename(const RenameKey& rename);
  // Columns were renamed or dropped: `new_name` of one is empty when it is gone.
  void FollowColumns(const std::function<std::string(const std::string&)>& new_name);
  Status Add(const KeySpec& key);
  Status AddOf(const ColumnSpec& column);  // the keys that its attributes make
  // Puts the keys into a table that has its columns. kUnsupported: a key names another column.
  Status Store(TableFacts& table) &&;

 private:
  std::string NameFor(const std::vector<std::string>& columns) const;
  bool Has(const std::string& name) const;
  bool Covered(const std::vector<std::string>& columns) const;

  std::vector<std::string> primary_;
  std::vector<IndexFacts> indexes_;
};

}  // namespace sluice::mysql
