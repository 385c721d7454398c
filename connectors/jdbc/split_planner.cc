// SPDX-License-Identifier: Apache-2.0
#include "jdbc/split_planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "data/text.h"
#include "jdbc/source_session.h"

namespace sluice::jdbc {
namespace {

constexpr size_t kAheadMax = 64;
constexpr uint64_t kVersion = 1;

std::string NumberText(Int128 number) {
  std::string text;
  AppendDecimal(number, 0, text);
  return text;
}

std::optional<Int128> WholeNumber(const std::optional<std::string>& text) {
  Int128 value = 0;
  if (!text || !ParseDecimal(*text, 0, value)) return std::nullopt;
  return value;
}

}  // namespace

Bytes EncodePlan(const PlanState& state) {
  ByteWriter out;
  out.U64(kVersion).U64(state.planned.size());
  for (const JdbcSplit& split : state.planned) out.Str(ToSplit(split).position);
  out.U64(state.tables.size());
  for (const TablePath& path : state.tables) {
    out.Str(path.database).Str(path.schema).Str(path.table);
  }
  out.Bool(state.next.has_value()).Str(state.next.value_or("")).U64(state.number);
  return std::move(out).Take();
}

Result<PlanState> DecodePlan(const Bytes& bytes) {
  ByteReader in(bytes);
  PlanState state;
  if (in.U64() != kVersion) in.Refuse();
  for (uint64_t n = in.Count(); n > 0; --n) {
    ASSIGN_OR_RETURN(JdbcSplit split, FromSplit(in.Str()));
    state.planned.push_back(std::move(split));
  }
  for (uint64_t n = in.Count(); n > 0; --n) {
    TablePath& path = state.tables.emplace_back();
    path.database = in.Str();
    path.schema = in.Str();
    path.table = in.Str();
  }
  const bool begun = in.Bool();
  std::string next = in.Str();
  if (begun) state.next = std::move(next);
  state.number = in.U64();
  RETURN_IF_ERROR(in.Finish("the splits of the Jdbc source"));
  return state;
}

struct SplitPlanner::Cut {
  bool whole = false;          // one split
  uint64_t rows = 0;           // of a split
  std::optional<Int128> step;  // by arithmetic; else each bound is asked for
  Int128 first = 0;            // the first bound by arithmetic
  Int128 max = 0;
  std::optional<std::string> lower;  // given by the user
  std::optional<std::string> upper;
};

SplitPlanner::SplitPlanner(Context& ctx, const SourceOptions& options, ReadTables tables,
                           PlanState state)
    : ctx_(ctx),
      options_(options),
      server_(options.endpoints.front().server),
      dialect_(Dialect::Of(server_)),
      tables_(std::move(tables)),
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

Result<std::vector<JdbcSplit>> SplitPlanner::Take(size_t want) {
  std::vector<JdbcSplit> out;
  const std::lock_guard lock(mutex_);
  while (out.size() < want && !state_.planned.empty()) {
    out.push_back(std::move(state_.planned.front()));
    state_.planned.pop_front();
  }
  room_.notify_all();
  if (out.empty() && !status_.ok()) return Fail(status_);
  return out;
}

bool SplitPlanner::done() const {
  const std::lock_guard lock(mutex_);
  return state_.planned.empty() && state_.tables.empty();
}

PlanState SplitPlanner::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void SplitPlanner::Loop() {
  const Status status = Run();
  {
    const std::lock_guard lock(mutex_);
    status_ = status.In("cutting tables into splits");
    session_.reset();
    if (stop_) return;
  }
  ctx_.wake();
}

Status SplitPlanner::Run() {
  {
    const std::lock_guard lock(mutex_);
    if (state_.tables.empty()) return {};
  }
  ASSIGN_OR_RETURN(auto session, ConnectSource(ctx_.sql, options_));
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return {};
    session_ = std::move(session);
  }
  while (true) {
    TablePath path;
    {
      const std::lock_guard lock(mutex_);
      if (stop_ || state_.tables.empty()) return {};
      path = state_.tables.front();
    }
    const auto table = tables_.find(path);
    if (table == tables_.end()) {
      return {Code::kInvalidConfig, path.ToString() + " is no longer among what is read"};
    }
    RETURN_IF_ERROR(CutTable(*table->second).In(path.ToString()));
  }
}

Status SplitPlanner::CutTable(const ReadTable& table) {
  if (!table.split) {
    Publish({JdbcSplit{.table = table.schema->path}}, std::nullopt);
    return {};
  }
  if (table.fixed && !IsNumber(table, *table.split)) return CutByHash(table);
  return CutByRange(table);
}

Status SplitPlanner::CutByHash(const ReadTable& table) {
  const auto parts = static_cast<uint64_t>(table.item.partition_num.value_or(options_.parallelism));
  std::vector<JdbcSplit> splits;
  for (uint64_t i = 0; i < parts; ++i) {
    splits.push_back({.table = table.schema->path,
                      .number = i,
                      .with_nulls = i == 0,
                      .part = i,
                      .parts = parts});
  }
  Publish(std::move(splits), std::nullopt);
  return {};
}

Status SplitPlanner::CutByRange(const ReadTable& table) {
  ASSIGN_OR_RETURN(const Cut cut, table.fixed ? MeasureParts(table) : Measure(table));
  JdbcSplit split{.table = table.schema->path};
  {
    const std::lock_guard lock(mutex_);
    split.lower = state_.next;
    split.number = state_.number;
  }
  while (true) {
    std::optional<std::string> next;
    if (!cut.whole) {
      ASSIGN_OR_RETURN(next, NextBound(table, cut, split.lower));
    }
    JdbcSplit one = split;
    if (!one.lower) one.lower = cut.lower;
    one.upper = next ? next : cut.upper;
    one.with_upper = !next && cut.upper;
    one.with_nulls = !one.lower && one.upper;
    if (!Publish({std::move(one)}, next) || !next) return {};
    split.lower = next;
    ++split.number;
  }
}

std::string SplitPlanner::Where(const ReadTable& table, const std::string& condition) const {
  std::string out = table.where.empty() ? "" : "(" + table.where + ")";
  if (!condition.empty()) out += (out.empty() ? "" : " AND ") + condition;
  return out.empty() ? "" : " WHERE " + out;
}

Result<uint64_t> SplitPlanner::CountRows(const ReadTable& table) {
  const bool estimated = table.rows > 0 && !table.item.use_select_count && table.where.empty();
  if (estimated) return table.rows;
  ASSIGN_OR_RETURN(
      const SqlTable answer,
      session_->Query(fmt::format("SELECT COUNT(*) FROM {}{}", table.from, Where(table, ""))));
  uint64_t rows = 0;
  const std::string text = answer[0][0].value_or("");
  std::from_chars(text.data(), text.data() + text.size(), rows);
  return rows;
}

std::string SplitPlanner::SplitColumn(const ReadTable& table) const {
  return dialect_.Name(table.columns[*table.split].info.name);
}

// `list`: what is asked for, of one row.
Result<SqlTable> SplitPlanner::Ends(const ReadTable& table, const std::string& list) {
  return session_->Query(fmt::format("SELECT {} FROM {}{}", list, table.from, Where(table, "")));
}

// Into splits of split.size rows.
Result<SplitPlanner::Cut> SplitPlanner::Measure(const ReadTable& table) {
  Cut cut;
  cut.rows = static_cast<uint64_t>(options_.split_size);
  ASSIGN_OR_RETURN(const uint64_t rows, CountRows(table));
  cut.whole = rows <= cut.rows;
  if (cut.whole || !IsNumber(table, *table.split)) return cut;
  ASSIGN_OR_RETURN(const SqlTable ends,
                   Ends(table, fmt::format("MIN({0}), MAX({0})", SplitColumn(table))));
  const auto min = WholeNumber(ends[0][0]);
  const auto max = WholeNumber(ends[0][1]);
  cut.whole = !ends[0][0] || ends[0][0] == ends[0][1];
  if (cut.whole || !min || !max) return cut;
  cut.max = *max;
  const double factor = (static_cast<double>(*max - *min) + 1) / static_cast<double>(rows);
  if (factor < options_.even_factor_lower || factor > options_.even_factor_upper) return cut;
  cut.step = std::max<Int128>(1, static_cast<Int128>(static_cast<double>(cut.rows) * factor));
  cut.first = *min + *cut.step;
  return cut;
}

// Into partition_num parts. One bound alone bounds nothing, as in SeaTunnel.
Result<SplitPlanner::Cut> SplitPlanner::MeasureParts(const ReadTable& table) {
  Cut cut;
  auto lower = table.item.lower_bound;
  auto upper = table.item.upper_bound;
  if (lower && upper) {
    cut.lower = lower;
    cut.upper = upper;
  } else {
    ASSIGN_OR_RETURN(const SqlTable ends, Ends(table, fmt::format("FLOOR(MIN({0})), CEIL(MAX({0}))",
                                                                  SplitColumn(table))));
    lower = ends[0][0];
    upper = ends[0][1];
  }
  const auto min = WholeNumber(lower);
  const auto max = WholeNumber(upper);
  const auto parts = static_cast<Int128>(table.item.partition_num.value_or(options_.parallelism));
  cut.whole = !min || !max || parts <= 1 || *max <= *min;
  if (cut.whole) return cut;
  cut.max = *max;
  cut.step = std::max<Int128>(1, (*max - *min + parts) / parts);
  cut.first = *min + *cut.step;
  return cut;
}

// The end of the split that begins at `from`; nothing: it is the last one.
Result<std::optional<std::string>> SplitPlanner::NextBound(const ReadTable& table, const Cut& cut,
                                                           const std::optional<std::string>& from) {
  if (cut.step) {
    const auto begin = WholeNumber(from);
    const Int128 to = begin ? *begin + *cut.step : cut.first;
    return to > cut.max ? std::nullopt : std::optional(NumberText(to));
  }
  const std::string name = SplitColumn(table);
  const auto ask = [&](const std::string& condition,
                       uint64_t skip) -> Result<std::optional<std::string>> {
    ASSIGN_OR_RETURN(const SqlTable answer,
                     session_->Query(fmt::format("SELECT {0} FROM {1}{2} ORDER BY {0} LIMIT 1 "
                                                 "OFFSET {3}",
                                                 name, table.from, Where(table, condition), skip)));
    return answer.empty() ? std::nullopt : answer[0][0];
  };
  const std::string literal = from ? BoundLiteral(table, *from, server_) : "";
  ASSIGN_OR_RETURN(auto to, ask(from ? fmt::format("{} >= {}", name, literal)
                                     : fmt::format("{} IS NOT NULL", name),
                                cut.rows));
  if (to && from && *to == *from) {  // many rows of one value
    ASSIGN_OR_RETURN(to, ask(fmt::format("{} > {}", name, literal), 0));
  }
  return to;
}

bool SplitPlanner::Publish(std::vector<JdbcSplit> splits, const std::optional<std::string>& next) {
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return stop_ || state_.planned.size() < kAheadMax; });
    if (stop_) return false;
    for (JdbcSplit& split : splits) state_.planned.push_back(std::move(split));
    state_.next = next;
    state_.number = next ? state_.number + 1 : 0;
    if (!next) state_.tables.erase(state_.tables.begin());
  }
  ctx_.wake();
  return true;
}

}  // namespace sluice::jdbc
