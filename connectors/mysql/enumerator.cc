// SPDX-License-Identifier: Apache-2.0
#include "mysql/enumerator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/logging.h"

namespace sluice::mysql {
namespace {

constexpr uint64_t kStateVersion = 5;
constexpr uint64_t kFirstWithEnd = 2;  // and a definition's place
constexpr uint64_t kFirstWithOutput = 3;
constexpr uint64_t kFirstWithKeys = 4;  // ranges of any key, and the highest place
constexpr uint64_t kFirstWithJoined = 5;

std::string IdOf(const SnapshotSplit& split) {
  return split.table.ToString() + " " + split.range.ToString();
}

Status DecodeJoined(ByteReader& in, EnumeratorState& state) {
  for (uint64_t n = in.Count(); n > 0; --n) {
    const TablePath path = DecodeTablePath(in);
    EnumeratorState::Joined& joined = state.joined[path];
    joined.prepared = in.Bool();
    joined.since = DecodeLogPoint(in);
  }
  if (!in.Bool()) return {};
  ASSIGN_OR_RETURN(MysqlSplit waiting, DecodeSplit(in.Str()));
  if (!std::holds_alternative<LogSplit>(waiting)) {
    return {Code::kCorruption, "a range of keys where a place of the log was expected"};
  }
  state.waiting = std::get<LogSplit>(std::move(waiting));
  return {};
}

void Raise(std::optional<LogPoint>& highest, const LogPoint& to) {
  if (!highest || *highest < to) highest = to;
}

}  // namespace

Bytes EncodeState(const EnumeratorState& state) {
  ByteWriter out;
  out.U64(kStateVersion);
  Encode(state.start, out);
  out.U64(state.tables.size());
  for (const auto& [path, facts] : state.tables) Encode(facts, out);
  Encode(state.plan, out);
  out.U64(state.reading.size());
  for (const std::string& id : state.reading) out.Str(id);
  out.U64(state.contained.size());
  for (const auto& [path, ranges] : state.contained) {
    Encode(path, out);
    Encode(ranges, out);
  }
  out.U64(state.rows_read);
  out.Bool(state.settled).Bool(state.log_handed_out);
  Encode(state.defined, out);
  Encode(state.end, out);
  out.Bool(state.log_finished);
  out.U64(state.output.size());
  for (const auto& [path, schema] : state.output) {
    Encode(path, out);
    Encode(*schema, out);
  }
  Encode(state.highest, out);
  out.U64(state.joined.size());
  for (const auto& [path, joined] : state.joined) {
    Encode(path, out);
    out.Bool(joined.prepared);
    Encode(joined.since, out);
  }
  out.Bool(state.waiting.has_value());
  if (state.waiting) out.Str(EncodeSplit(*state.waiting));
  return std::move(out).Take();
}

Result<EnumeratorState> DecodeState(std::string_view bytes) {
  ByteReader in(bytes);
  const uint64_t version = in.U64();
  if (version == 0 || version > kStateVersion) {
    return Fail(Code::kCorruption, "state of another version");
  }
  EnumeratorState state;
  ASSIGN_OR_RETURN(state.start, DecodePosition(in));
  for (uint64_t n = in.Count(); n > 0; --n) {
    TableFacts facts = DecodeTableFacts(in);
    state.tables[facts.path] = std::move(facts);
  }
  const BoundForm form = version < kFirstWithKeys ? BoundForm::kInteger : BoundForm::kKey;
  state.plan = DecodePlanState(in, form);
  for (uint64_t n = in.Count(); n > 0; --n) state.reading.insert(in.Str());
  for (uint64_t n = in.Count(); n > 0; --n) {
    const TablePath path = DecodeTablePath(in);
    state.contained[path] = DecodeFinishedRanges(in, form);
  }
  state.rows_read = in.U64();
  state.settled = in.Bool();
  state.log_handed_out = in.Bool();
  if (version >= kFirstWithEnd) {
    state.defined = DecodeOptionalPoint(in);
    state.end = DecodeLogEnd(in);
    state.log_finished = in.Bool();
  }
  for (uint64_t n = version >= kFirstWithOutput ? in.Count() : 0; n > 0; --n) {
    const TablePath path = DecodeTablePath(in);
    state.output[path] = std::make_shared<const Schema>(DecodeSchema(in));
  }
  if (version >= kFirstWithKeys) {
    state.highest = DecodeOptionalPoint(in);
  } else {
    for (const auto& [path, ranges] : state.contained) Raise(state.highest, ranges.highest());
  }
  if (version >= kFirstWithJoined) RETURN_IF_ERROR(DecodeJoined(in, state));
  RETURN_IF_ERROR(in.Finish("state of the MySQL-CDC source"));
  return state;
}

void LeaveOutUnprepared(EnumeratorState& state) {
  std::erase_if(state.joined, [&](const auto& one) {
    if (one.second.prepared) return false;
    state.tables.erase(one.first);
    std::erase(state.plan.tables, one.first);
    return true;
  });
}

MysqlEnumerator::MysqlEnumerator(EnumeratorState state, std::unique_ptr<SplitPlanner> planner,
                                 bool merge)
    : state_(std::move(state)), planner_(std::move(planner)), merge_(merge) {
  // Their targets were prepared before the tasks of this run, and so before this.
  for (auto& [path, joined] : state_.joined) joined.prepared = true;
}

bool MysqlEnumerator::snapshot_complete() const {
  return (!planner_ || planner_->done()) && state_.reading.empty();
}

Result<std::vector<Split>> MysqlEnumerator::Next(size_t want) {
  std::vector<Split> out;
  if (reopening_) return out;
  if (planner_) {
    ASSIGN_OR_RETURN(const std::vector<SnapshotSplit> splits, planner_->Take(want));
    for (const SnapshotSplit& split : splits) {
      out.push_back({IdOf(split), EncodeSplit(split)});
      state_.reading.insert(out.back().id);
    }
    return out;
  }
  if (state_.log_handed_out) return out;
  const LogSplit log = LogToRead();
  state_.log_handed_out = true;
  LogInfo(fmt::format("the log is followed from {}", log.position.ToString()));
  out.push_back({"log", EncodeSplit(log)});
  return out;
}

// What the snapshot brought is the reader's to keep from here on.
LogSplit MysqlEnumerator::LogToRead() {
  LogSplit log{state_.start, {}, state_.tables, {}, state_.defined, End()};
  if (state_.waiting) {
    log = std::move(*std::exchange(state_.waiting, std::nullopt));
    for (auto& [path, joined] : state_.joined) {
      if (log.tables.contains(path) || !state_.tables.contains(path)) continue;
      log.tables[path] = state_.tables.at(path);
      log.since[path] = joined.since;
    }
  }
  if (merge_) log.contained.merge(state_.contained);
  state_.contained.clear();
  return log;
}

// Ranges of the snapshot stand at places of their own; only behind the last is it one table.
LogEnd MysqlEnumerator::End() const {
  LogEnd end = state_.end;
  if (end.point && state_.highest) Raise(end.point, *state_.highest);
  return end;
}

Status MysqlEnumerator::OnFinished(const Split& split, const Bytes& report) {
  ASSIGN_OR_RETURN(const MysqlSplit decoded, DecodeSplit(split.position));
  const auto* snapshot = std::get_if<SnapshotSplit>(&decoded);
  if (snapshot == nullptr) return LogFinished(report);
  ASSIGN_OR_RETURN(const SnapshotReport told, DecodeReport(report));
  if (state_.reading.erase(split.id) == 0) {
    return {Code::kInternal, "a split was finished that nobody reads: " + split.id};
  }
  if (told.exact) {
    state_.contained[snapshot->table].Add(told.finished);
    const auto joined = state_.joined.find(snapshot->table);
    // What came behind this is not in the snapshot.
    if (joined != state_.joined.end()) {
      joined->second.since = std::min(joined->second.since, told.finished.high);
    }
  }
  Raise(state_.highest, told.finished.high);
  state_.rows_read += told.rows;
  if (told.remainder) planner_->PutBack({snapshot->table, *told.remainder, false, std::nullopt});
  if (snapshot_complete()) {
    LogInfo(fmt::format("the snapshot is complete: {} rows", state_.rows_read));
  }
  return {};
}

Status MysqlEnumerator::LogFinished(const Bytes& report) {
  if (report.empty()) {
    state_.log_finished = true;
    return {};
  }
  ASSIGN_OR_RETURN(MysqlSplit decoded, DecodeSplit(report));
  state_.waiting = std::get<LogSplit>(std::move(decoded));
  for (auto& [path, joining] : std::exchange(state_.waiting->joining, {})) {
    state_.joined[path] = {false, joining.since};
    state_.plan.tables.push_back(path);
    state_.tables[path] = std::move(joining.facts);
    LogInfo(fmt::format("table {} joins the job; the log waits for its snapshot at {}",
                        path.ToString(), state_.waiting->position.ToString()));
  }
  state_.settled = state_.log_handed_out = false;
  state_.rows_read = 0;
  reopening_ = true;
  return {};
}

Status MysqlEnumerator::OnSchemaChange(const SchemaChange& change) {
  state_.output[change.after->path] = change.after;
  return {};
}

Bytes MysqlEnumerator::Save() {
  if (planner_) state_.plan = planner_->state();
  if (!reopening_ && snapshot_complete()) state_.settled = true;
  return EncodeState(state_);
}

double MysqlEnumerator::progress() const {
  if (reopening_) return 0;
  if (!planner_) return state_.rows_read == 0 ? -1 : 1;
  const uint64_t expected = planner_->rows_expected();
  if (expected == 0) return 0;
  return std::min(0.99, static_cast<double>(state_.rows_read) / static_cast<double>(expected));
}

}  // namespace sluice::mysql
