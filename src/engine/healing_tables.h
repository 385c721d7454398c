// SPDX-License-Identifier: Apache-2.0
// HealingTables: the target tables of a job that heals, as they were before it wrote anything.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/healing_digest.h"
#include "engine/plan.h"

namespace sluice {

class HealingTables {
 public:
  // The files of large tables go to `folder`, which exists.
  HealingTables(Env& env, std::string folder);

  // Reads every target table of the plan. Blocks; ctx.cancel ends it. After a failure it begins
  // anew. What an earlier process has left in the folder is removed.
  Status Scan(const JobPlan& plan, Context& ctx);
  bool scanned() const { return scanned_; }  // the thread that is told of Scan's end

  // The rest from any thread, once scanned. Null: the table was not among them.
  std::shared_ptr<TableDigest> Find(uint32_t sink, const TablePath& rows) const;
  // The schema of its rows now; null as above.
  SchemaRef RowsOf(uint32_t sink, const TablePath& rows) const;
  // The rows of the table have another schema. kSchemaMismatch: their keys cannot be compared any
  // more. False: it was known, or the table is none of them.
  Result<bool> Rebind(uint32_t sink, const SchemaRef& rows);
  // As the plan has them now, after a restart. Called between runs.
  void TakeSchemas(const JobPlan& plan);

  struct Place {
    uint32_t sink = 0;
    TablePath rows;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  std::vector<Place> All() const;
  // Nothing is compared any more; digests go with the last that uses them.
  void Release();

 private:
  struct Table {
    std::shared_ptr<TableDigest> digest;
    SchemaRef rows;
  };

  Status RemoveLeftovers() const;
  Status ScanTable(Sink& sink, const SchemaRef& rows, const std::string& path, Context& ctx,
                   Table& table);

  Env& env_;
  const std::string folder_;
  bool scanned_ = false;
  size_t rows_in_memory_ = 0;  // of all digests
  mutable std::mutex mutex_;   // guards what follows
  std::map<Place, Table> tables_;
};

}  // namespace sluice
