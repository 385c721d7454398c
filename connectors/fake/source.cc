// SPDX-License-Identifier: Apache-2.0
#include "fake/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/checksum.h"
#include "config/schema_block.h"
#include "fake/plan_columns.h"

namespace sluice::fake {
namespace {

constexpr uint64_t kVersion = 1;
const TablePath kUnnamed = {"default", "default", "default"};

// The splits of all tables in order, counted through; each is computed when it is asked for.
class Layout {
 public:
  Layout(const std::vector<FakeTable>& tables, uint64_t readers)
      : tables_(tables), readers_(readers) {}

  uint64_t size() const {
    uint64_t total = 0;
    for (const FakeTable& table : tables_) total += table.splits * readers_;
    return total;
  }
  Range At(uint64_t number, int64_t now_micros) const {
    Range range{.number = number, .now_micros = now_micros};
    uint64_t rest = number;
    while (rest >= tables_[range.table].splits * readers_) {
      rest -= tables_[range.table].splits * readers_;
      ++range.table;
    }
    const FakeTable& table = tables_[range.table];
    if (table.literals) {
      range.end = table.literals->size();
      return range;
    }
    const uint64_t reader = rest / table.splits;
    const uint64_t each = (table.rows + table.splits - 1) / table.splits;
    const uint64_t first = std::min(each * (rest % table.splits), table.rows);
    range.next = reader * table.rows + first;
    range.end = reader * table.rows + std::min(first + each, table.rows);
    return range;
  }

 private:
  const std::vector<FakeTable>& tables_;
  uint64_t readers_;
};

class FakeEnumerator : public SplitEnumerator {
 public:
  FakeEnumerator(Layout layout, bool bounded, int64_t now_micros)
      : layout_(layout), bounded_(bounded), now_micros_(now_micros), total_(layout.size()) {}

  Status Restore(const Bytes& saved) {
    ByteReader in(saved);
    const uint64_t version = in.U64();
    now_micros_ = in.I64();
    next_ = in.U64();
    finished_ = in.U64();
    if (version != kVersion || next_ > total_ || finished_ > next_) {
      return {Code::kCorruption, "the saved state of FakeSource is not of this job"};
    }
    return in.Finish("the saved state of FakeSource");
  }

  Result<std::vector<Split>> Next(size_t want) override {
    std::vector<Split> out;
    while (out.size() < want && next_ < total_) {
      out.push_back(EncodeRange(layout_.At(next_++, now_micros_)));
    }
    return out;
  }
  Status OnFinished(const Split& /*split*/, const Bytes& /*report*/) override {
    ++finished_;
    return {};
  }
  Bytes Save() override {
    ByteWriter out;
    out.U64(kVersion).I64(now_micros_).U64(next_).U64(finished_);
    return std::move(out).Take();
  }
  bool done() const override { return bounded_ && next_ == total_; }
  double progress() const override {
    if (!bounded_ || total_ == 0) return -1;
    return static_cast<double>(finished_) / static_cast<double>(total_);
  }

 private:
  Layout layout_;
  bool bounded_;
  int64_t now_micros_;
  uint64_t total_;
  uint64_t next_ = 0;
  uint64_t finished_ = 0;
};

class FakeReader : public Reader {
 public:
  FakeReader(Env& env, const FakeTable& table, Range range)
      : env_(env), table_(table), range_(range), start_(env.Now() + table.rest) {}

  Result<Poll> Read(Emitter& out, Deadline until) override {
    if (!range_.begun && env_.Now() < start_) return Poll::kIdle;
    range_.begun = true;
    while (range_.next < range_.end) {
      if (out.full()) return Poll::kMore;
      EmitChunk(out);
      if (env_.Now() >= until) break;
    }
    return range_.next < range_.end ? Poll::kMore : Poll::kDone;
  }
  Status Flush(Emitter& /*out*/) override { return {}; }
  Split Save() const override { return EncodeRange(range_); }

 private:
  void EmitChunk(Emitter& out) {
    if (table_.literals) {
      uint64_t last = 0;
      out.Emit(table_.literals->Make(range_.next, range_.now_micros, last));
      range_.next = last;
      return;
    }
    const uint64_t count = std::min<uint64_t>(range_.end - range_.next, table_.chunk_rows);
    out.Emit(table_.generator->Make(range_.next, static_cast<uint32_t>(count), range_.now_micros));
    range_.next += count;
  }

  Env& env_;
  const FakeTable& table_;
  Range range_;
  TimePoint start_;
};

// A reader that may read few rows a second passes them in small chunks, so that they flow evenly.
uint32_t ChunkRows(const EnvOptions& env, uint32_t fitting) {
  constexpr int64_t kChunksPerSecond = 10;
  if (!env.read_limit_rows_per_second) return fitting;
  const int64_t share = *env.read_limit_rows_per_second / kChunksPerSecond;
  return static_cast<uint32_t>(std::clamp<int64_t>(share, 1, fitting));
}

// ⌈rows / ⌈rows / splits⌉⌉: no split is empty, but for the one of no rows.
uint64_t SplitsOf(uint64_t rows, uint64_t splits) {
  if (rows == 0) return 1;
  const uint64_t each = (rows + splits - 1) / splits;
  return (rows + each - 1) / each;
}

void AddTable(const Options& options, const EnvOptions& env, const std::string& where,
              const Value& block, std::vector<FakeTable>& tables, Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors().size();
  FakeTable table;
  if (options.schema) {
    table.schema =
        std::make_shared<Schema>(ParseSchemaBlock(*options.schema, kUnnamed, where, diagnostics));
  } else {
    diagnostics.Error(block.origin(),
                      fmt::format("{}: option 'schema' is missing: the table to produce", where));
    table.schema = std::make_shared<Schema>();
  }
  if (diagnostics.errors().size() != before) {
    // What can be said of the other options without a key and without all columns.
    Options rest = options;
    rest.auto_increment = false;
    PlanColumns(*table.schema, rest, where, block, diagnostics);
    PlanDateParts(rest, where, block, diagnostics);
    return;
  }
  table.generator = std::make_unique<Generator>(table.schema, options, where, block, diagnostics);
  table.chunk_rows = ChunkRows(env, table.generator->chunk_rows());
  table.rows = static_cast<uint64_t>(options.rows);
  table.splits = SplitsOf(table.rows, static_cast<uint64_t>(options.split_num));
  table.rest = std::chrono::milliseconds(options.split_interval_ms);
  if (!options.literals.empty()) {
    table.literals =
        std::make_unique<LiteralRows>(table.schema, options.literals, where, diagnostics);
  }
  tables.push_back(std::move(table));
}

void RefuseTwins(const std::vector<FakeTable>& tables, const std::string& where,
                 const Origin& origin, Diagnostics& diagnostics) {
  std::set<TablePath> paths;
  for (const FakeTable& table : tables) {
    if (paths.insert(table.schema->path).second) continue;
    diagnostics.Error(origin, fmt::format("{}: the table {} is given twice: set schema.table",
                                          where, table.schema->path.ToString()));
  }
}

// The `i`-th block of tables_configs; of one written as JSON text, the whole block of the plugin.
const Value& BlockOf(const PluginConfig& config, size_t i) {
  const Value& several = FindOption(config.options, "tables_configs")->value;
  if (const Value::List* list = several.as_list()) return (*list)[i];
  return several.as_object() != nullptr ? several : config.options;
}

// Every option counts: another seed or template makes other rows.
std::string IdentityOf(const PluginConfig& config, uint64_t readers) {
  return fmt::format("FakeSource {:016x} x {}", Hash64(config.options.ToText(), 0), readers);
}

}  // namespace

Split EncodeRange(const Range& range) {
  ByteWriter out;
  out.U64(kVersion).U64(range.table).U64(range.number).U64(range.next).U64(range.end);
  out.I64(range.now_micros).Bool(range.begun);
  return {fmt::format("fake-{}", range.number), std::move(out).Take()};
}

Result<Range> DecodeRange(const Split& split) {
  ByteReader in(split.position);
  const uint64_t version = in.U64();
  Range range;
  range.table = in.U64();
  range.number = in.U64();
  range.next = in.U64();
  range.end = in.U64();
  range.now_micros = in.I64();
  range.begun = in.Bool();
  RETURN_IF_ERROR(in.Finish("a split of FakeSource"));
  if (version != kVersion || range.next > range.end) {
    return Fail(Code::kCorruption, "a split of FakeSource is damaged");
  }
  return range;
}

std::unique_ptr<Source> FakeSource::Make(const PluginConfig& config, const EnvOptions& env,
                                         Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors().size();
  const Options options = Spec().ParseAll(config, diagnostics);
  const std::string where = Where(config);
  std::vector<FakeTable> tables;
  for (size_t i = 0; i < options.tables.size(); ++i) {
    AddTable(options.tables[i], env, fmt::format("{}, tables_configs[{}]", where, i),
             BlockOf(config, i), tables, diagnostics);
  }
  if (FindOption(config.options, "tables_configs") == nullptr) {
    AddTable(options, env, where, config.options, tables, diagnostics);
  } else if (options.schema) {
    diagnostics.Error(options.schema->origin(),
                      fmt::format("{}: give schema or tables_configs, not both", where));
  }
  RefuseTwins(tables, where, config.origin, diagnostics);
  if (diagnostics.errors().size() != before) return nullptr;
  const auto readers = static_cast<uint64_t>(config.parallelism.value_or(env.parallelism));
  const bool endless = env.job_mode == JobMode::kStreaming;
  return std::unique_ptr<Source>(new FakeSource(
      std::move(tables), readers, endless ? Boundedness::kUnbounded : Boundedness::kBounded,
      IdentityOf(config, readers)));
}

FakeSource::FakeSource(std::vector<FakeTable> tables, uint64_t readers, Boundedness boundedness,
                       std::string identity)
    : tables_(std::move(tables)),
      readers_(readers),
      boundedness_(boundedness),
      identity_(std::move(identity)) {}

Result<std::vector<SchemaRef>> FakeSource::Discover(Context& /*ctx*/) {
  std::vector<SchemaRef> schemas;
  for (const FakeTable& table : tables_) schemas.push_back(table.schema);
  return schemas;
}

Result<std::unique_ptr<SplitEnumerator>> FakeSource::Enumerate(Context& ctx,
                                                               std::optional<Bytes> saved) {
  auto enumerator = std::make_unique<FakeEnumerator>(
      Layout(tables_, readers_), boundedness_ == Boundedness::kBounded, ctx.env.WallMicros());
  if (saved) RETURN_IF_ERROR(enumerator->Restore(*saved));
  return enumerator;
}

Result<std::unique_ptr<Reader>> FakeSource::Open(Context& ctx, Split split) {
  ASSIGN_OR_RETURN(const Range range, DecodeRange(split));
  if (range.table >= tables_.size()) {
    return Fail(Code::kCorruption, "a split of FakeSource names a table that there is not");
  }
  return std::make_unique<FakeReader>(ctx.env, tables_[range.table], range);
}

}  // namespace sluice::fake
