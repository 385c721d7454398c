// SPDX-License-Identifier: Apache-2.0
#include "mysql/split_planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "data/text.h"

namespace sluice::mysql {
namespace {

constexpr size_t kAheadMax = 64;
constexpr uint64_t kSplitBytes = uint64_t{6} << 20U;  // what a split should weigh at most

std::string KeyText(Int128 key) {
  std::string text;
  AppendDecimal(key, 0, text);
  return text;
}

uint64_t Number(const std::optional<std::string>& text) {
  uint64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

}  // namespace

void Encode(const PlanState& state, ByteWriter& out) {
  out.U64(state.planned.size());
  for (const SnapshotSplit& split : state.planned) out.Str(EncodeSplit(split));
  out.U64(state.tables.size());
  for (const TablePath& path : state.tables) Encode(path, out);
  Encode(KeyRange{state.next, std::nullopt}, out);
}

PlanState DecodePlanState(ByteReader& in) {
  PlanState state;
  for (uint64_t n = in.Count(); n > 0; --n) {
    auto split = DecodeSplit(in.Str());
    if (!split || !std::holds_alternative<SnapshotSplit>(*split)) {
      in.Refuse();
      return {};
    }
    state.planned.push_back(std::get<SnapshotSplit>(std::move(*split)));
  }
  for (uint64_t n = in.Count(); n > 0; --n) state.tables.push_back(DecodeTablePath(in));
  state.next = DecodeKeyRange(in).lower;
  return state;
}

struct SplitPlanner::Cut {
  std::string table;   // quoted
  std::string column;  // quoted
  Int128 max = 0;
  std::optional<Int128> step;  // by arithmetic; else each bound is asked for
  Int128 first = 0;            // the first bound by arithmetic
  uint64_t rows = 0;           // of a split
};

SplitPlanner::SplitPlanner(SqlClient& client, const MysqlCdcOptions& options,
                           std::map<TablePath, PlannedTable> tables, PlanState state,
                           std::function<void()> wake)
    : client_(client),
      options_(options),
      tables_(std::move(tables)),
      wake_(std::move(wake)),
      state_(std::move(state)) {
  thread_ = Thread("planner", [this] { Loop(); });
}

SplitPlanner::~SplitPlanner() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    if (session_) session_->Interrupt();
    room_.notify_all();
  }
  thread_.Join();
}

Result<std::vector<SnapshotSplit>> SplitPlanner::Take(size_t want) {
  std::vector<SnapshotSplit> out;
  const std::lock_guard lock(mutex_);
  while (out.size() < want && !state_.planned.empty()) {
    out.push_back(std::move(state_.planned.front()));
    state_.planned.pop_front();
  }
  room_.notify_all();
  if (out.empty() && !status_.ok()) return Fail(status_);
  return out;
}

void SplitPlanner::PutBack(SnapshotSplit split) {
  const std::lock_guard lock(mutex_);
  state_.planned.push_front(std::move(split));
}

bool SplitPlanner::done() const {
  const std::lock_guard lock(mutex_);
  return state_.planned.empty() && state_.tables.empty();
}

PlanState SplitPlanner::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

uint64_t SplitPlanner::rows_expected() const {
  const std::lock_guard lock(mutex_);
  return rows_expected_;
}

void SplitPlanner::Loop() {
  const Status status = Run();
  {
    const std::lock_guard lock(mutex_);
    status_ = status.In("cutting tables into splits");
    session_.reset();
  }
  wake_();
}

Status SplitPlanner::Run() {
  ASSIGN_OR_RETURN(auto session, client_.Open(options_.endpoint));
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return {};
    session_ = std::move(session);
  }
  RETURN_IF_ERROR(Estimate());
  while (true) {
    TablePath path;
    {
      const std::lock_guard lock(mutex_);
      if (stop_ || state_.tables.empty()) return {};
      path = state_.tables.front();
    }
    RETURN_IF_ERROR(CutTable(path).In(path.ToString()));
  }
}

Status SplitPlanner::Estimate() {
  // Fresh figures; servers before 8.0 refuse the variable and give fresh ones anyhow.
  static_cast<void>(session_->Execute("SET SESSION information_schema_stats_expiry = 0"));
  uint64_t rows = 0;
  for (const auto& [path, table] : tables_) {
    ASSIGN_OR_RETURN(const SqlTable answer,
                     session_->Query(fmt::format(
                         "SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} "
                         "AND TABLE_NAME = {}",
                         session_->Quote(path.database), session_->Quote(path.table))));
    if (!answer.empty()) rows += Number(answer[0][0]);
  }
  const std::lock_guard lock(mutex_);
  rows_expected_ = rows;
  return {};
}

Status SplitPlanner::CutTable(const TablePath& path) {
  const PlannedTable& table = tables_.at(path);
  std::optional<Int128> from;
  {
    const std::lock_guard lock(mutex_);
    from = state_.next;
  }
  std::optional<Cut> cut;
  if (table.key.range) {
    ASSIGN_OR_RETURN(cut, Measure(path, table));
  }
  while (true) {
    std::optional<Int128> to;
    if (cut) {
      ASSIGN_OR_RETURN(to, NextBound(*cut, from));
    }
    RETURN_IF_ERROR(Publish({path, {from, to}, std::nullopt}, to));
    {
      const std::lock_guard lock(mutex_);
      if (stop_ || !to) return {};
    }
    from = to;
  }
}

Result<SplitPlanner::Cut> SplitPlanner::Measure(const TablePath& path, const PlannedTable& table) {
  Cut cut;
  cut.table = QuoteName(path.database) + "." + QuoteName(path.table);
  cut.column = QuoteName(table.def->columns[*table.key.range].info.name);
  ASSIGN_OR_RETURN(const SqlTable stats,
                   session_->Query(fmt::format(
                       "SELECT TABLE_ROWS, AVG_ROW_LENGTH FROM information_schema.TABLES WHERE "
                       "TABLE_SCHEMA = {} AND TABLE_NAME = {}",
                       session_->Quote(path.database), session_->Quote(path.table))));
  ASSIGN_OR_RETURN(
      const SqlTable ends,
      session_->Query(fmt::format("SELECT MIN({0}), MAX({0}) FROM {1}", cut.column, cut.table)));
  const uint64_t rows = std::max<uint64_t>(1, stats.empty() ? 1 : Number(stats[0][0]));
  const uint64_t row_bytes = std::max<uint64_t>(1, stats.empty() ? 1 : Number(stats[0][1]));
  cut.rows =
      std::clamp<uint64_t>(kSplitBytes / row_bytes, 1, static_cast<uint64_t>(options_.split_size));
  Int128 min = 0;
  if (!ends[0][0] || !ParseDecimal(*ends[0][0], 0, min) || !ParseDecimal(*ends[0][1], 0, cut.max)) {
    return cut;  // an empty table: one range
  }
  const double factor = (static_cast<double>(cut.max - min) + 1) / static_cast<double>(rows);
  const bool even = factor >= options_.even_factor_lower && factor <= options_.even_factor_upper;
  if (even) {
    cut.step = std::max<Int128>(1, static_cast<Int128>(static_cast<double>(cut.rows) * factor));
    cut.first = min + *cut.step;
  }
  return cut;
}

// The end of the range that begins at `from`; nothing: it is the last one.
Result<std::optional<Int128>> SplitPlanner::NextBound(const Cut& cut,
                                                      const std::optional<Int128>& from) {
  if (cut.step) {
    const Int128 to = from ? *from + *cut.step : cut.first;
    return to > cut.max ? std::nullopt : std::optional<Int128>(to);
  }
  const std::string where = from ? fmt::format(" WHERE {} >= {}", cut.column, KeyText(*from)) : "";
  ASSIGN_OR_RETURN(const SqlTable answer,
                   session_->Query(fmt::format("SELECT {0} FROM {1}{2} ORDER BY {0} LIMIT {3}, 1",
                                               cut.column, cut.table, where, cut.rows)));
  Int128 to = 0;
  if (answer.empty() || !answer[0][0] || !ParseDecimal(*answer[0][0], 0, to)) return std::nullopt;
  // Many rows of one value: the range must still end between two values.
  if (from && to == *from) ++to;
  return to > cut.max ? std::nullopt : std::optional<Int128>(to);
}

Status SplitPlanner::Publish(const SnapshotSplit& split, const std::optional<Int128>& next) {
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return stop_ || state_.planned.size() < kAheadMax; });
    if (stop_) return {};
    state_.planned.push_back(split);
    state_.next = next;
    if (!next) state_.tables.erase(state_.tables.begin());
  }
  wake_();
  return {};
}

}  // namespace sluice::mysql
