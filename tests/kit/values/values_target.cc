// SPDX-License-Identifier: Apache-2.0
#include "kit/values/values_target.h"

#include <fmt/format.h>

namespace sluice::kit {
namespace {

Status CheckRows(const ValuesWork& work) {
  for (const Event& event : work) {
    const Chunk& chunk = *std::get<ChunkPtr>(event);
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      if (ValueText(chunk.column(1), row) != ValuesTarget::kRefused) continue;
      return {Code::kSchemaMismatch,
              fmt::format("table {}, key {}: the name is refused", chunk.schema()->path.ToString(),
                          ValueText(chunk.column(0), row))};
    }
  }
  return {};
}

}  // namespace

Status ValuesTarget::Begin(Faults& faults, const std::string& label) {
  return faults.CallStatus("begin " + label, [&]() -> Status {
    const std::lock_guard lock(mutex_);
    Transaction& transaction = transactions_[label];
    if (transaction.state == ValuesState::kUnknown) transaction.state = ValuesState::kOpen;
    return {};
  });
}

Status ValuesTarget::Prepare(Faults& faults, const std::string& label, const ValuesWork& work) {
  return faults.CallStatus("prepare " + label, [&]() -> Status {
    RETURN_IF_ERROR(CheckRows(work));
    const std::lock_guard lock(mutex_);
    Transaction& transaction = transactions_[label];
    if (transaction.state == ValuesState::kCommitted ||
        transaction.state == ValuesState::kAborted) {
      return {Code::kExhausted, label + " has ended"};
    }
    transaction = {ValuesState::kPrepared, work};
    return {};
  });
}

Result<ValuesState> ValuesTarget::State(Faults& faults, const std::string& label) {
  return faults.Call<ValuesState>("state " + label, [&]() -> Result<ValuesState> {
    const std::lock_guard lock(mutex_);
    const auto found = transactions_.find(label);
    return found == transactions_.end() ? ValuesState::kUnknown : found->second.state;
  });
}

Status ValuesTarget::Commit(Faults& faults, const std::string& label, bool again) {
  return faults.CallStatus("commit " + label, [&]() -> Status {
    const std::lock_guard lock(mutex_);
    Transaction& transaction = transactions_[label];
    const bool committed = transaction.state == ValuesState::kCommitted && again;
    if (transaction.state != ValuesState::kPrepared && !committed) {
      return {Code::kExhausted, label + " is not prepared"};
    }
    transaction.state = ValuesState::kCommitted;
    visible_.insert(visible_.end(), transaction.work.begin(), transaction.work.end());
    return {};
  });
}

Status ValuesTarget::Rollback(Faults& faults, const std::string& label) {
  return faults.CallStatus("rollback " + label, [&]() -> Status {
    const std::lock_guard lock(mutex_);
    const auto found = transactions_.find(label);
    if (found == transactions_.end()) return {};
    if (found->second.state != ValuesState::kCommitted) {
      found->second = {ValuesState::kAborted, {}};
    }
    return {};
  });
}

Status ValuesTarget::Show(Faults& faults, const ValuesWork& work) {
  return faults.CallStatus("show", [&]() -> Status {
    const std::lock_guard lock(mutex_);
    visible_.insert(visible_.end(), work.begin(), work.end());
    return {};
  });
}

bool ValuesTarget::Alter(const Schema& after) {
  const std::lock_guard lock(mutex_);
  size_t& columns = altered_[after.path];
  return std::exchange(columns, after.columns.size()) != after.columns.size();
}

void ValuesTarget::Clear() {
  const std::lock_guard lock(mutex_);
  transactions_.clear();
  visible_.clear();
  altered_.clear();
}

Contents ValuesTarget::Visible() const {
  const std::lock_guard lock(mutex_);
  if (upserts_) return FoldRows(visible_, Fold::kUpsert).contents;
  Contents out;
  for (const Event& event : visible_) {
    const Chunk& chunk = *std::get<ChunkPtr>(event);
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      out[chunk.schema()->path.ToString()].insert(RowText(chunk, row));
    }
  }
  return out;
}

std::map<int64_t, ValuesTarget::Place> ValuesTarget::Rows(const TablePath& table) const {
  std::map<int64_t, Place> rows;
  const std::lock_guard lock(mutex_);
  for (const Event& event : visible_) {
    const ChunkPtr& chunk = std::get<ChunkPtr>(event);
    if (chunk->schema()->path != table) continue;
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      const RowKind kind = chunk->kind(row);
      const auto key = chunk->column(0).value<int64_t>(row);
      if (kind == RowKind::kDelete || kind == RowKind::kUpdateBefore) {
        rows.erase(key);
      } else {
        rows[key] = {chunk, row};
      }
    }
  }
  return rows;
}

int ValuesTarget::Open() const {
  const std::lock_guard lock(mutex_);
  int open = 0;
  for (const auto& [label, transaction] : transactions_) {
    open += transaction.state == ValuesState::kOpen || transaction.state == ValuesState::kPrepared
                ? 1
                : 0;
  }
  return open;
}

}  // namespace sluice::kit
