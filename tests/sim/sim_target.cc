// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_target.h"

#include <algorithm>

namespace sluice::sim {

using starrocks::TxnState;
using starrocks::TxnStateName;

namespace {

// Of what nobody ends; only who waits for it notices.
constexpr Duration kTransactionTimeout = std::chrono::minutes(4);

bool Committed(const Txn& txn) {
  return txn.state == TxnState::kCommitted || txn.state == TxnState::kVisible;
}

bool IsOpen(const Txn& txn) {
  return txn.state == TxnState::kPrepare || txn.state == TxnState::kPrepared;
}

// What the client makes of an answer that is not OK.
Status Refused(const char* what, const std::string& label) {
  return {Code::kExhausted, fmt::format("{} of {}", what, label)};
}

}  // namespace

const Txn* SimTarget::Newest(const std::string& label) const {
  const auto found = labels_.find(label);
  return found == labels_.end() ? nullptr : &found->second.back();
}

Txn* SimTarget::Known(const std::string& label) {
  const auto found = labels_.find(label);
  if (found == labels_.end() || found->second.back().forgotten) return nullptr;
  return &found->second.back();
}

std::vector<const Txn*> SimTarget::Open() const {
  std::vector<const Txn*> open;
  for (const auto& [label, txns] : labels_) {
    if (IsOpen(txns.back()) && !txns.back().forgotten) open.push_back(&txns.back());
  }
  return open;
}

TxnState SimTarget::State(const std::string& label) const {
  const Txn* txn = Newest(label);
  return txn == nullptr || txn->forgotten ? TxnState::kUnknown : txn->state;
}

Status SimTarget::Begin(const std::string& label, uint32_t table, uint64_t run, bool late) {
  const Txn* newest = Known(label);
  if (newest != nullptr && newest->state != TxnState::kAborted) {
    return Refused("LABEL_ALREADY_EXISTS: begin", label);
  }
  Txn& txn = labels_[label].emplace_back(Txn{label, table, run, late});
  txn.begun = world_.now;
  if (late) world_.Probe("late begin");
  if (on_begin) on_begin(txn);
  return {};
}

Status SimTarget::Load(const std::string& label, const std::vector<RowRef>& rows) {
  Txn* txn = Known(label);
  if (txn == nullptr || txn->state != TxnState::kPrepare) {
    return Refused("TXN_NOT_EXISTS: load", label);
  }
  for (const RowRef& row : rows) RETURN_IF_ERROR(Take(*txn, row));
  return {};
}

Status SimTarget::Take(Txn& txn, const RowRef& row) {
  const uint32_t version = source_.VersionOf(row);
  const uint32_t mine = Version(txn.table, row.split);
  if (version < mine) {
    world_.Probe("row of an old schema refused");
    return {Code::kSchemaMismatch,
            fmt::format("table {} has a newer schema than row {} of split {}", txn.table, row.seq,
                        row.split)};
  }
  if (version > mine) txn.stripped.push_back(row);
  txn.rows.push_back(row);
  return {};
}

uint32_t SimTarget::Version(uint32_t table, uint32_t split) const {
  const auto found = versions_.find({table, split});
  return found == versions_.end() ? 0 : found->second;
}

Status SimTarget::Alter(const Alteration& to) {
  if (Version(to.table, to.split) >= to.version) return {};
  if (altering_.insert(to.table).second) {
    std::vector<std::string> older;
    for (const Txn* txn : Open()) {
      if (txn->table == to.table) older.push_back(txn->label);
    }
    if (!older.empty()) world_.Probe("alter waits for transactions");
    world_.In(world_.Millis(1, 3000), [this, to, older] { RunAlter(to, older); });
  }
  return {Code::kTimeout, fmt::format("table {} is being altered", to.table)};
}

void SimTarget::RunAlter(const Alteration& to, const std::vector<std::string>& waits_for) {
  const bool waits = std::ranges::any_of(waits_for, [&](const std::string& label) {
    Txn* txn = Known(label);
    if (txn == nullptr || !IsOpen(*txn)) return false;
    if (world_.now - txn->begun < kTransactionTimeout) return true;
    world_.Probe("alter waits until a transaction times out");
    End(*txn, TxnState::kAborted);
    return false;
  });
  if (waits) {
    return world_.In(world_.Millis(100, 1000), [this, to, waits_for] { RunAlter(to, waits_for); });
  }
  world_.Trace("target: table {} is at version {} of split {}", to.table, to.version, to.split);
  altering_.erase(to.table);
  versions_[{to.table, to.split}] = to.version;
}

Status SimTarget::Prepare(const std::string& label) {
  Txn* txn = Known(label);
  if (txn == nullptr || txn->state != TxnState::kPrepare) {
    return Refused("TXN_NOT_EXISTS: prepare", label);
  }
  if (txn->rows.empty()) {
    End(*txn, TxnState::kAborted);
    return Refused("INTERNAL_ERROR, no data was sent: prepare", label);
  }
  txn->state = TxnState::kPrepared;
  if (!scenario_.Happens(world_, scenario_.vanish)) return {};
  world_.In(world_.Millis(1, 20'000), [this, label] {
    Txn* prepared = Known(label);
    if (prepared == nullptr || prepared->state != TxnState::kPrepared) return;
    world_.Trace("target: {} timed out", label);
    world_.Probe("prepared work vanished");
    End(*prepared, TxnState::kAborted);
  });
  return {};
}

Status SimTarget::CommitNow(Txn& txn) {
  if (on_commit) on_commit(txn);
  ++commits_;
  End(txn, TxnState::kVisible);
  if (!scenario_.Happens(world_, scenario_.publish_late)) return {};
  world_.Probe("published late");
  txn.state = TxnState::kCommitted;
  world_.In(world_.Millis(10, 5000), [this, label = txn.label] {
    Txn* published = Known(label);
    if (published != nullptr && Committed(*published)) published->state = TxnState::kVisible;
  });
  return Refused("publish timeout: commit", txn.label);
}

Status SimTarget::Commit(const std::string& label) {
  Txn* txn = Known(label);
  if (txn == nullptr) return Refused("No transaction found: commit", label);
  switch (txn->state) {
    case TxnState::kPrepare:  // commits without prepare
    case TxnState::kPrepared:
      return CommitNow(*txn);
    case TxnState::kCommitted:
    case TxnState::kVisible:
      return {};
    default:
      return Refused("Can not commit ABORTED transaction: commit", label);
  }
}

Status SimTarget::Rollback(const std::string& label) {
  Txn* txn = Known(label);
  if (txn == nullptr) return Refused("No transaction found: rollback", label);
  if (txn->state == TxnState::kAborted) return {};
  if (Committed(*txn)) return Refused("Can not abort VISIBLE transaction: rollback", label);
  if (on_rollback) on_rollback(*txn);
  txn->rolled_back = true;
  End(*txn, TxnState::kAborted);
  return {};
}

void SimTarget::End(Txn& txn, TxnState state) {
  txn.state = state;
  world_.Trace("target: {} is {} with {} rows", txn.label, TxnStateName(state), txn.rows.size());
  if (!scenario_.Happens(world_, scenario_.forget)) return;
  world_.In(world_.Millis(1, 10'000), [this, label = txn.label] {
    Txn* ended = Known(label);
    if (ended == nullptr || IsOpen(*ended)) return;
    world_.Trace("target: {} is forgotten", label);
    world_.Probe("label forgotten");
    ended->forgotten = true;
  });
}

void SimTarget::ChangeLeader() {
  for (auto& [label, txns] : labels_) {
    Txn& txn = txns.back();
    if (txn.state != TxnState::kPrepare || txn.forgotten) continue;
    txn.state = TxnState::kAborted;
    txn.forgotten = true;
    world_.Trace("target: {} is gone with the leader", label);
    world_.Probe("open transaction gone with the leader");
  }
}

}  // namespace sluice::sim
