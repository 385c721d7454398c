// SPDX-License-Identifier: Apache-2.0
// ValuesTarget: a database in memory with transactions of two phases, for the reference sink.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "kit/contents.h"
#include "kit/faults.h"

namespace sluice::kit {

enum class ValuesState : uint8_t { kUnknown, kOpen, kPrepared, kCommitted, kAborted };

// Rows as they were written, in order.
using ValuesWork = std::vector<Event>;

// Every call goes through the faults of the process that makes it. Any thread.
class ValuesTarget {
 public:
  explicit ValuesTarget(bool upserts) : upserts_(upserts) {}

  Status Begin(Faults& faults, const std::string& label);
  // Also of a label that was never begun. kSchemaMismatch: a row is refused.
  Status Prepare(Faults& faults, const std::string& label, const ValuesWork& work);
  Result<ValuesState> State(Faults& faults, const std::string& label);
  Status Commit(Faults& faults, const std::string& label, bool again);
  Status Rollback(Faults& faults, const std::string& label);
  // Rows that are visible at once.
  Status Show(Faults& faults, const ValuesWork& work);

  // Gives the table the columns of `after`; false: it has them.
  bool Alter(const Schema& after);

  void Clear();
  Contents Visible() const;
  // Of one table, by the key in the first column: what remains of its visible rows, each with the
  // chunk and the place it came in. REQUIRES: upserts.
  using Place = std::pair<ChunkPtr, uint32_t>;
  std::map<int64_t, Place> Rows(const TablePath& table) const;
  int Open() const;
  bool upserts() const { return upserts_; }
  // Refused as the name of a row.
  static constexpr char kRefused[] = "kit-refused";

 private:
  struct Transaction {
    ValuesState state = ValuesState::kUnknown;
    ValuesWork work;
  };

  const bool upserts_;
  mutable std::mutex mutex_;
  std::map<std::string, Transaction> transactions_;
  std::vector<Event> visible_;
  std::map<TablePath, size_t> altered_;  // to how many columns
};

}  // namespace sluice::kit
