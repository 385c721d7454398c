// SPDX-License-Identifier: Apache-2.0
// Tables as they are read by now, and how that is learnt.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/cancel.h"
#include "base/sync.h"
#include "mysql/ddl_rules.h"
#include "mysql/table_now.h"
#include "mysql/table_trail.h"

namespace sluice::mysql {

// A table as rows are read from it, and what the server says of its columns: as long as it says the
// same, an answer means what `now` takes it for.
struct KnownTable {
  TableNow now;
  std::string described;
  TableTrail trail = {};  // of tables of a snapshot: how it came to be so
};
using KnownTableRef = std::shared_ptr<const KnownTable>;

// Both block on `session`. kNotFound: the table is gone.
Result<std::string> DescribeTable(SqlSession& session, const TableNow& now);
// The definition that the table has by now, and what the server says of it, which belong together.
// `guess`: what it may be, which saves a question if it is; null: nothing is known. `names` tells
// what the columns of `def` are called in a definition that was just found.
using NamesOf = std::function<Result<std::optional<TableNow::Names>>(const TableDef& now)>;
Result<KnownTable> LearnTable(SqlSession& session, const TableDefRef& def, TableDefRef guess,
                              TableNow::Misfit misfit, const ConvertOptions& convert,
                              const CancelToken& stop, const NamesOf& names = nullptr);

// What the readers of a snapshot found of its tables; they share it, so that each change is learnt
// and said once. Any thread.
class KnownTables {
 public:
  explicit KnownTables(const DdlRules& rules) : rules_(rules) {}

  const DdlRules& rules() const { return rules_; }
  TableNow::Misfit misfit() const;
  // Null: nothing is known of the table with this definition.
  KnownTableRef Find(const TableDefRef& def) const;
  // Tells what changed since. Returns what is known from here on.
  KnownTableRef Put(KnownTable known);
  // The table is gone and its ranges are taken as empty: says so.
  void PutGone(const TablePath& table);

 private:
  void TellLost(const TableNow& now) const;

  const DdlRules rules_;
  mutable Mutex mutex_;  // guards what follows
  std::map<TablePath, KnownTableRef> known_;
  std::set<TablePath> gone_;
};

}  // namespace sluice::mysql
