// SPDX-License-Identifier: Apache-2.0
// ValuesStore: a database in memory that remembers every change, for the reference source. What it
// held at any place of its log can be told again, so that a snapshot and the log meet by nature.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kit/contents.h"
#include "kit/faults.h"

namespace sluice::kit {

struct ValuesRow {
  int64_t id = 0;
  std::optional<std::string> name;
  std::optional<Int128> price;  // DECIMAL(38, 2)

  friend bool operator==(const ValuesRow&, const ValuesRow&) = default;
};

// One table's row before and after; a key change has two ids.
struct ValuesChange {
  size_t table = 0;
  std::optional<ValuesRow> before;
  std::optional<ValuesRow> after;
};

using ValuesRows = std::map<int64_t, ValuesRow>;

class ValuesStore {
 public:
  static const std::vector<SchemaRef>& Tables();  // values.items, values.marks

  void Clear();
  void Put(size_t table, const ValuesRow& row);  // inserts, or updates the row with the id
  void ChangeKey(size_t table, int64_t from, int64_t to);
  void Delete(size_t table, int64_t id);
  // Every reader's next call fails.
  void Restart() { ++epoch_; }

  size_t log_size() const { return log_.size(); }
  uint64_t epoch() const { return epoch_; }
  ValuesRows At(size_t place, size_t table) const;
  Contents Now() const;

  // What a reader sees: a few rows or changes a call.
  Result<std::vector<ValuesRow>> FetchRows(Faults& faults, uint64_t epoch, size_t place,
                                           size_t table, int64_t from, int64_t to,
                                           size_t most) const;
  Result<std::vector<ValuesChange>> FetchLog(Faults& faults, uint64_t epoch, size_t from,
                                             size_t most) const;

 private:
  Status Reach(uint64_t epoch) const;

  std::vector<ValuesChange> log_;
  uint64_t epoch_ = 0;
};

void AppendRow(const ValuesRow& row, RowKind kind, ChunkBuilder& out);

}  // namespace sluice::kit
