// SPDX-License-Identifier: Apache-2.0
#include "starrocks/commit_logic.h"

#include <fmt/format.h>

#include <map>

#include "base/probe.h"
#include "engine/planted.h"
#include "starrocks/labels.h"

namespace sluice::starrocks {
namespace {

constexpr uint64_t kWorkVersion = 1;

std::string Name(const PreparedTxn& txn) {
  return fmt::format("transaction {} of table {}.{}", txn.label, txn.database, txn.table);
}

bool Committed(TxnState state) {
  return state == TxnState::kCommitted || state == TxnState::kVisible;
}

Status Lost(const PreparedTxn& txn, TxnState state) {
  if (Planted(Bug::kLostTakenForSuccess)) return {};
  return {Code::kCommitLost, fmt::format("{} was prepared with {} rows and is now {}: its rows are "
                                         "gone from the target",
                                         Name(txn), txn.rows, TxnStateName(state))};
}

}  // namespace

std::string_view TxnStateName(TxnState state) {
  switch (state) {
    case TxnState::kUnknown:
      return "UNKNOWN";
    case TxnState::kPrepare:
      return "PREPARE";
    case TxnState::kPrepared:
      return "PREPARED";
    case TxnState::kCommitted:
      return "COMMITTED";
    case TxnState::kVisible:
      return "VISIBLE";
    case TxnState::kAborted:
      return "ABORTED";
  }
  return "UNKNOWN";
}

Prepared EncodeWork(std::span<const PreparedTxn> work) {
  if (work.empty()) return {};
  ByteWriter out;
  out.U64(kWorkVersion).U64(work.size());
  for (const PreparedTxn& txn : work) {
    out.Str(txn.database).Str(txn.table).Str(txn.label).U64(txn.rows).U64(txn.bytes);
  }
  return std::move(out).Take();
}

Result<std::vector<PreparedTxn>> DecodeWork(std::string_view work) {
  std::vector<PreparedTxn> all;
  if (work.empty()) return all;
  ByteReader in(work);
  if (in.U64() != kWorkVersion) {
    return Fail(Code::kUnsupported, "prepared work of StarRocks has an unknown version");
  }
  const uint64_t count = in.Count();
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    PreparedTxn txn;
    txn.database = in.Str();
    txn.table = in.Str();
    txn.label = in.Str();
    txn.rows = in.U64();
    txn.bytes = in.U64();
    all.push_back(std::move(txn));
  }
  RETURN_IF_ERROR(in.Finish("prepared work of StarRocks"));
  return all;
}

Result<std::vector<PreparedTxn>> DecodeAll(std::span<const Prepared> work) {
  std::vector<PreparedTxn> all;
  for (const Prepared& piece : work) {
    ASSIGN_OR_RETURN(std::vector<PreparedTxn> some, DecodeWork(piece));
    for (PreparedTxn& txn : some) all.push_back(std::move(txn));
  }
  return all;
}

Status CommitLabel(TransactionApi& api, const PreparedTxn& txn) {
  // The state comes first: a commit sent to a transaction that is not PREPARED could commit half of
  // it (the server commits an open transaction in one step).
  const auto before = api.State(txn.database, txn.label);
  if (!before) return before.error().In("asking for the state of " + Name(txn));
  if (Committed(*before)) {
    Probe("committed before");
    return Planted(Bug::kCommitNotIdempotent) ? Lost(txn, *before) : Status();
  }
  if (*before != TxnState::kPrepared) return Lost(txn, *before);

  const Status answer = api.Commit(txn.database, txn.table, txn.label);
  if (answer.ok()) return {};
  const auto after = api.State(txn.database, txn.label);
  if (!after) return after.error().In("asking for the state of " + Name(txn));
  if (Committed(*after)) {
    Probe("committed without an answer");
    return {};
  }
  if (*after != TxnState::kPrepared) return Lost(txn, *after);
  Probe("still prepared after a commit");
  return {Code::kUnavailable,
          fmt::format("{} is still PREPARED after a commit: {}", Name(txn), answer.message())};
}

Status CommitOpenLabel(TransactionApi& api, const PreparedTxn& txn) {
  const Status answer = api.CommitAtOnce(txn.database, txn.table, txn.label);
  if (answer.ok()) return {};
  const auto state = api.State(txn.database, txn.label);
  if (!state) return state.error().In("asking for the state of " + Name(txn));
  if (Committed(*state)) {
    Probe("flushed without an answer");
    return {};
  }
  const std::string text =
      fmt::format("{} is {} after a commit: {}", Name(txn), TxnStateName(*state), answer.message());
  const bool open = *state == TxnState::kPrepare || *state == TxnState::kPrepared;
  if (open) return {Code::kUnavailable, text};
  return {answer.retry() == Retry::kInPlace ? Code::kExhausted : answer.code(), text};
}

Status AbortLabel(TransactionApi& api, const PreparedTxn& txn, std::string* note) {
  const auto before = api.State(txn.database, txn.label);
  if (!before) return before.error().In("asking for the state of " + Name(txn));
  TxnState state = *before;
  Status answer;
  if (state == TxnState::kPrepare || state == TxnState::kPrepared) {
    answer = api.Rollback(txn.database, txn.table, txn.label);
    if (answer.ok()) return {};
    const auto after = api.State(txn.database, txn.label);
    if (!after) return after.error().In("asking for the state of " + Name(txn));
    state = *after;
  }
  if (state == TxnState::kUnknown || state == TxnState::kAborted) return {};
  if (Committed(state)) {
    Probe("leftover is visible");
    if (note != nullptr) {
      *note =
          fmt::format("{} is {} although no checkpoint that counts holds it: its rows come again",
                      Name(txn), TxnStateName(state));
    }
    return {};
  }
  Probe("still there after a rollback");
  return {Code::kUnavailable, fmt::format("{} is still {} after a rollback: {}", Name(txn),
                                          TxnStateName(state), answer.message())};
}

std::vector<PreparedTxn> OrphanLabels(std::string_view name, const OrphanRange& range,
                                      std::span<const TableName> tables) {
  std::vector<PreparedTxn> all;
  for (CheckpointId id = range.first; id <= range.last; ++id) {
    for (uint32_t writer = 0; writer < range.writers; ++writer) {
      for (const TableName& table : tables) {
        for (uint32_t attempt = 0; attempt < kTriesMax; ++attempt) {
          const LabelParts parts{range.run, id, writer, attempt};
          all.push_back(
              {table.database, table.table, Label(name, parts, table.database, table.table), 0, 0});
        }
      }
    }
  }
  return all;
}

std::vector<PreparedTxn> OrphansAmong(std::span<const std::string> labels, std::string_view name,
                                      const OrphanRange& range, std::span<const TableName> tables) {
  std::map<std::string, const TableName*, std::less<>> by_hash;
  for (const TableName& table : tables) by_hash[TableHash(table.database, table.table)] = &table;
  std::vector<PreparedTxn> all;
  for (const std::string& label : labels) {
    const auto read = ParseLabel(name, label);
    if (!read || read->parts.run != range.run || read->parts.writer >= range.writers) continue;
    if (read->parts.checkpoint < range.first || read->parts.checkpoint > range.last) continue;
    const auto table = by_hash.find(read->table_hash);
    if (table == by_hash.end()) continue;
    all.push_back({table->second->database, table->second->table, label, 0, 0});
  }
  return all;
}

Status Combine(std::span<const Status> outcomes) {
  std::string lost;
  Status first;
  for (const Status& status : outcomes) {
    if (status.ok()) continue;
    if (status.code() == Code::kCommitLost) {
      lost += (lost.empty() ? "" : "; ") + std::string(status.message());
    }
    if (first.ok()) first = status;
  }
  return lost.empty() ? first : Status(Code::kCommitLost, lost);
}

}  // namespace sluice::starrocks
