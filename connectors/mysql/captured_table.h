// SPDX-License-Identifier: Apache-2.0
// CapturedTable: one table as the log reader follows it: its definition in force, the rows that
// the snapshot already brought, and the chunk being built.
#pragma once

#include <optional>

#include "mysql/binlog/row_decoder.h"
#include "mysql/splits.h"
#include "mysql/table_change.h"
#include "mysql/table_key.h"

namespace sluice::mysql {

class CapturedTable {
 public:
  // `output`: what chunks leave with, which stays while columns that are not passed on come and go.
  static Result<CapturedTable> Make(TableFacts facts, TableOutput output, FinishedRanges contained,
                                    const ConvertOptions& options);

  const TablePath& path() const { return facts_.path; }
  const TableFacts& facts() const { return facts_; }
  const TableOutput& output() const { return output_; }
  const FinishedRanges& contained() const { return contained_; }
  const TableDefRef& def() const { return def_; }
  const TableKey& key() const { return key_; }

  // Before every rows event of the table. kSchemaMismatch when the log describes other columns.
  Status Map(const TableMapView& view);
  RowPlan& plan() { return *plan_; }  // REQUIRES: Map was OK

  // Decodes one row of a transaction that begins at `at`, of commit time `micros`. Rows that the
  // snapshot brought are left out.
  Status AppendRow(RowsReader& rows, const LogPoint& at, int64_t micros);
  // The same for a row that was decoded already, of the definition's columns.
  void AppendImage(const Chunk& from, uint32_t row, RowKind kind, const LogPoint& at,
                   int64_t micros);
  // The snapshot brought a transaction that begins at `at` for the row of this key (RowKey).
  bool Brought(const KeyBound& key, const LogPoint& at) const {
    return !contained_.empty() && contained_.Contain(key, at);
  }
  // Reads the rows with ExactTable's definition. REQUIRES: Map was OK
  Result<RowPlan*> exact_plan();
  const TableDefRef& exact() const { return exact_; }  // REQUIRES: exact_plan was OK
  bool full() const { return builder_->full(); }
  // The rows so far, null when there are none. `now_micros`: the wall clock.
  ChunkPtr Finish(int64_t now_micros);

  // The table has another definition from here on. True: its rows tell the snapshot's ranges no
  // more, so that those which it brought come again. REQUIRES: Finish was called.
  Result<bool> Redefine(Definition definition, TableOutput output, const ConvertOptions& options);
  // Rows that the snapshot brought come again from here on. False: there were none ahead.
  bool Repeat();
  // The log has passed `at`: forgets what the snapshot brought when nothing of it lies ahead.
  void Passed(const LogPoint& at);

 private:
  CapturedTable() = default;
  Status Define(TableFacts facts, const ConvertOptions& options);
  bool SameKey(const TableDef& def, const TableKey& key,
               const std::vector<std::string>& before) const;
  Status AppendFiltered(RowsReader& rows, const LogPoint& at, int64_t micros);
  void Begin(const LogPoint& at, int64_t micros);
  ChunkPtr Projected(const ChunkPtr& chunk) const;

  TableFacts facts_;
  TableDefRef def_;
  TableOutput output_;
  std::vector<std::optional<uint32_t>> projection_;  // column of def_ for each of output_
  bool whole_ = false;                               // which is all of them in their order
  TableKey key_;
  FinishedRanges contained_;
  std::optional<RowPlan> plan_;
  TableDefRef exact_;  // null until it is needed
  std::optional<RowPlan> exact_plan_;
  std::optional<ChunkBuilder> builder_;
  int64_t oldest_micros_ = 0;  // of the chunk being built, as the next
  LogPoint first_at_;
};

}  // namespace sluice::mysql
