// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_target.h"

#include <algorithm>
#include <charconv>

#include "sim/loaded_rows.h"

namespace sluice::sim {

using starrocks::TxnState;
using starrocks::TxnStateName;

namespace {

// Of what nobody ends; only who waits for it or for room notices.
constexpr Duration kTransactionTimeout = std::chrono::minutes(4);

bool Committed(const Txn& txn) {
  return txn.state == TxnState::kCommitted || txn.state == TxnState::kVisible;
}

bool IsOpen(const Txn& txn) {
  return txn.state == TxnState::kPrepare || txn.state == TxnState::kPrepared;
}

Status Refused(const char* what, const std::string& label) {
  return {Code::kExhausted, fmt::format("{} of {}", what, label)};
}

// "...-r<run>-c<checkpoint>-...", as labels are made.
uint64_t RunOf(const std::string& label) {
  const size_t at = label.find("-r", label.find("sluice-"));
  uint64_t run = 0;
  if (at != std::string::npos) {
    std::from_chars(label.data() + at + 2, label.data() + label.size(), run);
  }
  return run;
}

}  // namespace

SimTarget::SimTarget(World& world, const Scenario& scenario, const SimSource& source)
    : world_(world), scenario_(scenario), source_(source), tables_(source.tables()) {
  for (Table& table : tables_) table.columns = {"id", "split", "seq"};
}

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

Status SimTarget::MayList() const {
  if (world_.now >= scenario_.may_list_from) return {};
  return {Code::kInternal, "Access denied; you need (at least one of) the OPERATE privilege(s)"};
}

Result<std::vector<std::string>> SimTarget::Running() const {
  RETURN_IF_ERROR(MayList());
  if (scenario_.Happens(world_, scenario_.list_fails)) {
    world_.Probe("running transactions not listed");
    return Fail(Code::kInternal, "there is no leader now");
  }
  std::vector<std::string> labels;
  for (const auto& [label, txns] : labels_) {
    const Txn& txn = txns.back();
    const bool ended = txn.state == TxnState::kVisible || txn.state == TxnState::kAborted;
    if (!ended && !txn.forgotten) labels.push_back(label);
  }
  return labels;
}

TxnState SimTarget::State(const std::string& label) const {
  const Txn* txn = Newest(label);
  return txn == nullptr || txn->forgotten ? TxnState::kUnknown : txn->state;
}

Status SimTarget::Begin(const std::string& label, uint32_t table, bool late) {
  const Txn* newest = Known(label);
  if (newest != nullptr && newest->state != TxnState::kAborted) {
    return Refused("LABEL_ALREADY_EXISTS: begin", label);
  }
  if (Open().size() >= scenario_.running_max) {
    EndOverdue();
    world_.Probe("too many transactions");
    return {Code::kExhausted, "ANALYSIS_ERROR: current running txns on db 10002 are too many"};
  }
  Txn& txn = labels_[label].emplace_back(Txn{label, table, RunOf(label), late});
  txn.begun = world_.now;
  if (late) world_.Probe("late begin");
  if (on_begin) on_begin(txn);
  return {};
}

void SimTarget::EndOverdue() {
  for (auto& [label, txns] : labels_) {
    Txn& txn = txns.back();
    const bool overdue = world_.now - txn.begun > kTransactionTimeout;
    if (IsOpen(txn) && !txn.forgotten && overdue) End(txn, TxnState::kAborted);
  }
}

Status SimTarget::Load(const std::string& label, const std::string& body) {
  Txn* txn = Known(label);
  if (txn == nullptr || txn->state != TxnState::kPrepare) {
    return Refused("TXN_NOT_EXISTS: load", label);
  }
  if (scenario_.Happens(world_, scenario_.load_fails)) {
    world_.Probe("load failed");
    End(*txn, TxnState::kAborted);
    return Refused("INTERNAL_ERROR: load", label);
  }
  const auto rows = ReadRows(source_, scenario_.upserts, txn->table, body);
  if (!rows) {
    world_.Violate(rows.error().ToString());
    return rows.error();
  }
  for (const LoadedRow& row : *rows) {
    const bool whole =
        row.column.empty() || std::ranges::find(tables_[txn->table].columns, row.column) !=
                                  tables_[txn->table].columns.end();
    if (!whole) txn->stripped.push_back(row.ref);
    txn->rows.push_back(row.ref);
  }
  return {};
}

std::optional<std::pair<std::string, std::string>> SimTarget::AlterJob(uint32_t table) const {
  const Table& one = tables_[table];
  if (one.job.empty()) return std::nullopt;
  return std::pair(one.job, one.job_message);
}

Status SimTarget::Alter(uint32_t number, const std::string& column, bool add) {
  Table& table = tables_[number];
  if (table.job == "RUNNING") {
    world_.Probe("another alter runs");
    return {Code::kInvalidConfig, "Table[table] is under SCHEMA_CHANGE"};
  }
  const bool there = std::ranges::find(table.columns, column) != table.columns.end();
  if (there == add) {
    world_.Probe("statement of a column that is done");
    return {Code::kInvalidConfig, "Column '" + column + (add ? "' is there" : "' is not there")};
  }
  if (scenario_.Happens(world_, scenario_.alter_refused)) {
    world_.Probe("alter refused");
    ++refusals_;
    return {Code::kInvalidConfig, "this table does not support it"};
  }
  table.job = "RUNNING";
  std::vector<std::string> older;
  for (const Txn* txn : Open()) {
    if (txn->table == number) older.push_back(txn->label);
  }
  if (!older.empty()) world_.Probe("alter waits for transactions");
  world_.In(world_.Millis(1, 3000),
            [this, number, column, add, older] { RunAlter(number, column, add, older); });
  return {};
}

void SimTarget::RunAlter(uint32_t number, const std::string& column, bool add,
                         const std::vector<std::string>& waits_for) {
  const bool waits = std::ranges::any_of(waits_for, [&](const std::string& label) {
    Txn* txn = Known(label);
    if (txn == nullptr || !IsOpen(*txn)) return false;
    if (world_.now - txn->begun < kTransactionTimeout) return true;
    world_.Probe("alter waits until a transaction times out");
    End(*txn, TxnState::kAborted);
    return false;
  });
  if (waits) {
    return world_.In(world_.Millis(100, 1000), [this, number, column, add, waits_for] {
      RunAlter(number, column, add, waits_for);
    });
  }
  Table& table = tables_[number];
  if (scenario_.Happens(world_, scenario_.alter_cancelled)) {
    world_.Probe("alter cancelled");
    ++refusals_;
    table.job = "CANCELLED";
    table.job_message = "no space is left";
    return;
  }
  EndAlter(table, column, add);
  world_.Trace("target: table {} {} column {}", number, add ? "has" : "lacks", column);
}

void SimTarget::EndAlter(Table& table, const std::string& column, bool add) {
  table.job = "FINISHED";
  table.job_message.clear();
  if (!add) {
    std::erase(table.columns, column);
    return;
  }
  table.columns.push_back(column);
  uint32_t version = 0;
  std::from_chars(column.data() + 1, column.data() + column.size(), version);
  table.version = std::max(table.version, version);
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
  txn->prepared = true;
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
      if (txn->rows.empty()) {
        End(*txn, TxnState::kAborted);
        return Refused("INTERNAL_ERROR, no data was sent: commit", label);
      }
      return CommitNow(*txn);
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
