// SPDX-License-Identifier: Apache-2.0
// TableTrail: what the statements of the log made of a table's columns, from a definition on.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mysql/binlog/event.h"
#include "mysql/splits.h"

namespace sluice::mysql {

class TableTrail {
 public:
  TableTrail() = default;
  // `facts` are the table's at `from`.
  TableTrail(TableFacts facts, LogPoint from);

  const LogPoint& upto() const { return upto_; }
  // The statements behind upto(), in order, and the place reached with them.
  void Take(const Query& query, const SqlDialect& dialect);
  void Reached(LogPoint upto) { upto_ = std::move(upto); }
  // For each column of the beginning its name in `now`, the table at upto(); empty: it is gone.
  // Nothing: the statements do not tell.
  std::optional<std::vector<std::string>> NamesIn(const TableDef& now) const;

 private:
  void Follow(const Definition& definition);

  TableFacts facts_;
  std::vector<std::string> names_;
  std::map<TablePath, TableCopy> copies_;
  std::set<TablePath> gone_;
  LogPoint upto_;
  bool told_ = false;
};

}  // namespace sluice::mysql
