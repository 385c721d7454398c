// SPDX-License-Identifier: Apache-2.0
#include "mysql/split_planner.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"
#include "data/text.h"
#include "mysql/known_tables.h"
#include "mysql/sql_rows.h"

namespace sluice::mysql {
namespace {

constexpr size_t kAheadMax = 64;
constexpr uint64_t kSplitBytes = uint64_t{6} << 20U;  // what a split should weigh at most

KeyBound Bound(Int128 number) {
  KeyBound bound;
  AppendKey(number, bound);
  return bound;
}

}  // namespace

void Encode(const PlanState& state, ByteWriter& out) {
  out.U64(state.planned.size());
  for (const SnapshotSplit& split : state.planned) out.Str(EncodeSplit(split));
  out.U64(state.tables.size());
  for (const TablePath& path : state.tables) Encode(path, out);
  Encode(KeyRange{state.next, std::nullopt}, out);
}

PlanState DecodePlanState(ByteReader& in, BoundForm form) {
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
  state.next = DecodeKeyRange(in, form).lower;
  return state;
}

struct SplitPlanner::Cut {
  const PlannedTable& table;
  std::string from;     // quoted table
  std::string columns;  // quoted, of the key
  uint64_t rows = 0;    // of a split
  // By arithmetic, of a single integer column; else each bound is asked for.
  std::optional<Int128> step;
  Int128 first = 0;
  Int128 max = 0;
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
    stop_.Cancel();
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
    if (stop_.cancelled()) return {};
    session_ = std::move(session);
  }
  // As the sessions of the readers: bounds are texts of their SELECTs.
  RETURN_IF_ERROR(session_->Execute("SET SESSION time_zone = '+00:00', SESSION sql_mode = ''"));
  RETURN_IF_ERROR(Estimate());
  while (true) {
    TablePath path;
    {
      const std::lock_guard lock(mutex_);
      if (stop_.cancelled() || state_.tables.empty()) return {};
      path = state_.tables.front();
    }
    RETURN_IF_ERROR(CutAsItIs(path).In(path.ToString()));
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
    if (!answer.empty()) rows += Number(answer[0], 0).value_or(0);
  }
  const std::lock_guard lock(mutex_);
  rows_expected_ = rows;
  return {};
}

// A table that was altered meanwhile is cut by the names that its key has by now. One that is gone
// has one range left, whose reader knows what to do.
Status SplitPlanner::CutAsItIs(const TablePath& path) {
  Status status = CutTable(path);
  const Code code = status.code();
  // An unknown database counts as a setting that is wrong.
  const bool altered =
      code == Code::kSchemaMismatch || code == Code::kNotFound || code == Code::kInvalidConfig;
  if (!altered) return status;
  const auto renamed = FindKey(path);
  if (renamed) return *renamed ? CutTable(path) : status;
  if (renamed.error().code() != Code::kNotFound) return renamed.error();
  std::optional<KeyBound> from;
  {
    const std::lock_guard lock(mutex_);
    from = state_.next;
  }
  const bool streamed = !from && !tables_.at(path).key.cut;
  return Publish({path, {from, std::nullopt}, streamed, std::nullopt}, std::nullopt);
}

// Whether the key has other names than are known. kNotFound: the table is gone.
Result<bool> SplitPlanner::FindKey(const TablePath& path) {
  PlannedTable& table = tables_.at(path);
  const ConvertOptions convert{options_.int_type_narrowing, options_.zone};
  ASSIGN_OR_RETURN(const KnownTable known, LearnTable(*session_, table.def, table.def,
                                                      TableNow::Misfit::kNeutral, convert, stop_));
  const std::string before = KeyColumns(table.key, *table.def);
  RETURN_IF_ERROR(known.now.CheckKey(table.key));
  table.def = known.now.named();
  return KeyColumns(table.key, *table.def) != before;
}

Status SplitPlanner::CutTable(const TablePath& path) {
  const PlannedTable& table = tables_.at(path);
  std::optional<KeyBound> from;
  {
    const std::lock_guard lock(mutex_);
    from = state_.next;
  }
  ASSIGN_OR_RETURN(std::string why_whole, WhyWhole(path, table));
  if (!why_whole.empty() && table.key.cut) {
    ASSIGN_OR_RETURN(const bool renamed, FindKey(path));
    if (renamed) {
      ASSIGN_OR_RETURN(why_whole, WhyWhole(path, table));
    }
  }
  if (!why_whole.empty()) {
    LogWarn(
        fmt::format("table {} is read as a whole by one reader, and from the beginning again "
                    "after a restart within it: {}",
                    path.ToString(), why_whole));
    return Publish({path, {}, true, std::nullopt}, std::nullopt);
  }
  ASSIGN_OR_RETURN(const Cut cut, Measure(path, table));
  while (true) {
    ASSIGN_OR_RETURN(const auto to, NextBound(cut, from));
    RETURN_IF_ERROR(Publish({path, {from, to}, false, std::nullopt}, to));
    {
      const std::lock_guard lock(mutex_);
      if (stop_.cancelled() || !to) return {};
    }
    from = to;
  }
}

// Empty: it can be cut, and an index makes every range a piece of it.
Result<std::string> SplitPlanner::WhyWhole(const TablePath& path, const PlannedTable& table) {
  if (table.key.columns.empty()) return std::string("it has no key");
  if (!table.key.cut) {
    return std::string(
        "a column of its key may be NULL, or is of a type whose order a statement cannot ask for "
        "(FLOAT, DOUBLE, ENUM, SET, BIT)");
  }
  ASSIGN_OR_RETURN(
      const SqlTable rows,
      session_->Query(fmt::format(
          "SELECT INDEX_NAME, IF(SUB_PART IS NULL, COLUMN_NAME, '') FROM "
          "information_schema.STATISTICS WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {} ORDER BY "
          "INDEX_NAME, SEQ_IN_INDEX",
          session_->Quote(path.database), session_->Quote(path.table))));
  std::map<std::string, std::vector<std::string>> indexes;
  for (const AnswerRow& row : rows) indexes[Text(row, 0)].push_back(Upper(Text(row, 1)));
  std::vector<std::string> key;
  for (const uint32_t i : table.key.columns) key.push_back(Upper(table.def->columns[i].info.name));
  for (const auto& [name, columns] : indexes) {
    const bool begins =
        columns.size() >= key.size() && std::equal(key.begin(), key.end(), columns.begin());
    if (begins) return std::string();
  }
  return std::string("no index begins with the columns of its key");
}

Result<SplitPlanner::Cut> SplitPlanner::Measure(const TablePath& path, const PlannedTable& table) {
  Cut cut{table, QuoteName(path.database) + "." + QuoteName(path.table),
          KeyColumns(table.key, *table.def)};
  ASSIGN_OR_RETURN(const SqlTable stats,
                   session_->Query(fmt::format(
                       "SELECT TABLE_ROWS, AVG_ROW_LENGTH FROM information_schema.TABLES WHERE "
                       "TABLE_SCHEMA = {} AND TABLE_NAME = {}",
                       session_->Quote(path.database), session_->Quote(path.table))));
  const uint64_t rows = std::max<uint64_t>(1, stats.empty() ? 1 : Number(stats[0], 0).value_or(1));
  const uint64_t row_bytes =
      std::max<uint64_t>(1, stats.empty() ? 1 : Number(stats[0], 1).value_or(1));
  cut.rows =
      std::clamp<uint64_t>(kSplitBytes / row_bytes, 1, static_cast<uint64_t>(options_.split_size));
  const bool integer = table.key.columns.size() == 1 && table.key.ordered &&
                       table.def->columns[table.key.columns[0]].info.type.kind != TypeKind::kBytes;
  if (integer) RETURN_IF_ERROR(MeasureEven(rows, cut));
  return cut;
}

// Whether values are spread so evenly that equal steps make splits of about equal size.
Status SplitPlanner::MeasureEven(uint64_t rows, Cut& cut) {
  ASSIGN_OR_RETURN(
      const SqlTable ends,
      session_->Query(fmt::format("SELECT MIN({0}), MAX({0}) FROM {1}", cut.columns, cut.from)));
  Int128 min = 0;
  if (!ends[0][0] || !ParseDecimal(*ends[0][0], 0, min) || !ParseDecimal(*ends[0][1], 0, cut.max)) {
    return {};  // an empty table: one range
  }
  const double factor = (static_cast<double>(cut.max - min) + 1) / static_cast<double>(rows);
  const bool even = factor >= options_.even_factor_lower && factor <= options_.even_factor_upper;
  if (!even) return {};
  cut.step = std::max<Int128>(1, static_cast<Int128>(static_cast<double>(cut.rows) * factor));
  cut.first = min + *cut.step;
  return {};
}

// The end of the range that begins at `from`; nothing: it is the last one.
Result<std::optional<KeyBound>> SplitPlanner::NextBound(const Cut& cut,
                                                        const std::optional<KeyBound>& from) {
  if (cut.step) {
    const Int128 to = from ? *KeyValues(*from)->at(0).number + *cut.step : cut.first;
    return to > cut.max ? std::nullopt : std::optional(Bound(to));
  }
  const TableKey& key = cut.table.key;
  const TableDef& def = *cut.table.def;
  ASSIGN_OR_RETURN(auto to,
                   Ask(cut, RangeCondition(key, def, {from, std::nullopt}, *session_), cut.rows));
  if (!to || to != from) return to;
  // More rows of one key than a split should have, as its columns are no key of the server's: the
  // range ends behind them.
  return Ask(cut, BehindCondition(key, def, *from, *session_), 0);
}

// The key of the row behind the first `skip` ones.
Result<std::optional<KeyBound>> SplitPlanner::Ask(const Cut& cut, const std::string& where,
                                                  uint64_t skip) {
  const TableKey& key = cut.table.key;
  ASSIGN_OR_RETURN(const SqlTable answer,
                   session_->Query(fmt::format("SELECT {0} FROM {1}{2} ORDER BY {0} LIMIT {3}, 1",
                                               cut.columns, cut.from, where, skip)));
  if (answer.empty()) return std::nullopt;
  KeyBound bound;
  for (size_t i = 0; i < key.columns.size(); ++i) {
    const ColumnDef& column = cut.table.def->columns[key.columns[i]];
    const std::string text = Text(answer[0], i);
    if (!IsKeyText(column, text)) {
      return Fail(Code::kSchemaMismatch,
                  fmt::format("column {} of the key was {} and has the value '{}'; start again "
                              "with --fresh to read the table anew",
                              column.info.name, column.info.source_type, text.substr(0, 100)));
    }
    AppendKeyText(column, text, bound);
  }
  return bound;
}

Status SplitPlanner::Publish(const SnapshotSplit& split, const std::optional<KeyBound>& next) {
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return stop_.cancelled() || state_.planned.size() < kAheadMax; });
    if (stop_.cancelled()) return {};
    state_.planned.push_back(split);
    state_.next = next;
    if (!next) state_.tables.erase(state_.tables.begin());
  }
  wake_();
  return {};
}

}  // namespace sluice::mysql
