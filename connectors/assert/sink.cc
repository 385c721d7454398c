// SPDX-License-Identifier: Apache-2.0
#include "assert/sink.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "assert/field_check.h"
#include "assert/table_check.h"
#include "config/suggest.h"

namespace sluice::asserts {
namespace {

class AssertWriter final : public Writer {
 public:
  AssertWriter(AssertSink& sink, Env& env, uint32_t number)
      : sink_(sink), env_(env), number_(number) {}

  Status Write(const Chunk& chunk) override {
    Table& table = tables_[chunk.schema()->path];
    if (table.schema != chunk.schema()) {
      ASSIGN_OR_RETURN(table.checks, FieldChecks::Make(sink_.RulesOf(chunk.schema()->path).fields,
                                                       *chunk.schema(), env_.WallMicros()));
      table.schema = chunk.schema();
    }
    RETURN_IF_ERROR(table.checks.Check(chunk, table.rows + 1));
    table.rows += chunk.rows();
    rows_[chunk.schema()->path] += chunk.rows();
    return {};
  }
  Status Rebind(const SchemaChange& /*change*/) override { return {}; }
  Status Seal(CheckpointId id) override {
    sink_.counts().Add(id, number_, std::exchange(rows_, {}));
    return {};
  }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId /*id*/) override { return Prepared(); }

 private:
  struct Table {
    SchemaRef schema;  // that of `checks`
    FieldChecks checks;
    uint64_t rows = 0;
  };

  AssertSink& sink_;
  Env& env_;
  uint32_t number_;
  std::map<TablePath, Table> tables_;
  RowCounts::ByTable rows_;  // of the checkpoint to come
};

class NothingToCommit final : public Committer {
 public:
  Status Commit(CheckpointId /*id*/, std::span<const Prepared> /*work*/) override { return {}; }
  Status AbortOrphans(const OrphanRange& /*range*/) override { return {}; }
};

}  // namespace

std::unique_ptr<Sink> AssertSink::Make(const PluginConfig& config, const EnvOptions& /*env*/,
                                       Diagnostics& diagnostics) {
  const auto options = Spec().Parse(config, diagnostics);
  if (!options) return nullptr;
  if (options->rows.empty() && options->fields.empty() && options->catalog.empty() &&
      options->table_names.empty() && options->tables.empty()) {
    diagnostics.Error(
        config.origin,
        Where(config) + ": option 'rules' is missing: without rules nothing is checked");
    return nullptr;
  }
  return std::make_unique<AssertSink>(*options);
}

const TableRules& AssertSink::RulesOf(const TablePath& table) const {
  const auto one = std::ranges::find(options_.tables, table.ToString(), &TableRules::table_path);
  return one == options_.tables.end() ? options_ : *one;
}

Status AssertSink::CheckNames() const {
  std::vector<std::string> names;
  for (const TablePath& table : tables_) names.push_back(table.ToString());
  std::ranges::sort(names);
  std::string wrong;
  for (const TableRules& rules : options_.tables) {
    if (std::ranges::find(names, rules.table_path) != names.end()) continue;
    wrong += fmt::format("; tables_configs names {}, which does not come{}", rules.table_path,
                         DidYouMean(rules.table_path, names));
  }
  std::vector<std::string> must = options_.table_names;
  std::ranges::sort(must);
  if (!must.empty() && must != names) {
    wrong += fmt::format("; the tables must be {}, but are {}", fmt::join(must, ", "),
                         fmt::join(names, ", "));
  }
  if (wrong.empty()) return {};
  return {Code::kSchemaMismatch, wrong.substr(2)};
}

Status AssertSink::Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) {
  resumed_ = resumed_ || !fresh;
  for (const SchemaRef& table : tables) tables_.insert(table->path);
  Status first = CheckNames();
  for (const SchemaRef& table : tables) {
    const TableRules& rules = RulesOf(table->path);
    for (const CatalogRule& rule : rules.catalog) {
      if (first.ok()) first = CheckTable(rule, *table);
    }
    const auto checks = FieldChecks::Make(rules.fields, *table, ctx.env.WallMicros());
    if (first.ok() && !checks) first = checks.error();
  }
  return first;
}

bool AssertSink::replay_converges(std::string* why) const {
  if (why != nullptr) *why = "rows that come twice are counted twice";
  return false;
}

Result<std::unique_ptr<Writer>> AssertSink::Open(Context& ctx, uint32_t writer) {
  counts_.Forget(ctx.first_checkpoint, writer);
  return std::make_unique<AssertWriter>(*this, ctx.env, writer);
}

Result<std::unique_ptr<Committer>> AssertSink::OpenCommitter(Context& /*ctx*/) {
  return std::make_unique<NothingToCommit>();
}

Status AssertSink::OnFinished() {
  std::string wrong;
  for (const TablePath& table : tables_) {
    const auto rows = static_cast<int64_t>(counts_.Of(table));
    for (const RowRule& rule : RulesOf(table).rows) {
      const bool least = rule.type == RowRule::Type::kMinRow;
      if (least ? rows >= rule.value : rows <= rule.value) continue;
      wrong += fmt::format("; {} rows of table {}, which breaks the rule {} {}", rows,
                           table.ToString(), least ? "MIN_ROW" : "MAX_ROW", rule.value);
    }
  }
  if (wrong.empty()) return {};
  if (resumed_) wrong += "; the rows of the run that this one went on from are not among them";
  return {Code::kSchemaMismatch, wrong.substr(2)};
}

}  // namespace sluice::asserts
