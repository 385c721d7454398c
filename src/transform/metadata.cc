// SPDX-License-Identifier: Apache-2.0
#include "transform/metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/suggest.h"
#include "transform/columns.h"

namespace sluice {
namespace {

enum class Fact : uint8_t { kDatabase, kTable, kRowKind, kEventTime, kDelay, kPartition };
constexpr std::array<std::pair<std::string_view, Fact>, 6> kFacts{{
    {"Database", Fact::kDatabase},
    {"Table", Fact::kTable},
    {"RowKind", Fact::kRowKind},
    {"EventTime", Fact::kEventTime},
    {"Delay", Fact::kDelay},
    {"Partition", Fact::kPartition},
}};
constexpr int64_t kMicrosPerMilli = 1000;

TypeKind KindOf(Fact fact) {
  return fact == Fact::kEventTime || fact == Fact::kDelay ? TypeKind::kBigInt : TypeKind::kString;
}

void AppendName(const std::string& name, Column& out) {
  name.empty() ? out.AppendNull() : out.AppendText(name);
}

void AppendFact(Fact fact, const Chunk& chunk, uint32_t row, Column& out) {
  const int64_t committed = chunk.commit_micros(row);
  const int64_t happened = committed != 0 ? committed : chunk.read_micros;
  switch (fact) {
    case Fact::kDatabase:
      return AppendName(chunk.schema()->path.database, out);
    case Fact::kTable:
      return AppendName(chunk.schema()->path.table, out);
    case Fact::kRowKind:
      return out.AppendText(RowKindSign(chunk.kind(row)));
    case Fact::kEventTime:
      if (happened == 0) return out.AppendNull();
      return out.Append<int64_t>(happened / kMicrosPerMilli);
    case Fact::kDelay:
      if (happened == 0 || chunk.read_micros == 0) return out.AppendNull();
      return out.Append<int64_t>((chunk.read_micros - happened) / kMicrosPerMilli);
    case Fact::kPartition:
      return out.AppendNull();
  }
}

class MetadataStep final : public TableStep {
 public:
  MetadataStep(SchemaRef out, std::vector<Fact> facts, std::vector<uint32_t> places)
      : TableStep(std::move(out)), facts_(std::move(facts)), places_(std::move(places)) {}

  Status Apply(ChunkPtr chunk, Emitter& to) override {
    std::vector<ColumnPtr> made;
    for (const Fact fact : facts_) {
      Column column(Of(KindOf(fact)));
      for (uint32_t row = 0; row < chunk->rows(); ++row) AppendFact(fact, *chunk, row, column);
      made.push_back(std::make_shared<const Column>(std::move(column)));
    }
    to.Emit(WithMade(chunk, out(), places_, std::move(made)));
    return {};
  }

 private:
  std::vector<Fact> facts_;
  std::vector<uint32_t> places_;
};

class MetadataRule final : public TableRule {
 public:
  MetadataRule(std::vector<Fact> facts, std::vector<std::string> names)
      : facts_(std::move(facts)), names_(std::move(names)) {}

  static RuleRef Make(const MetadataOptions& options, const RuleCheck& check) {
    if (options.metadata_fields.empty()) {
      check.Missing(
          "option 'metadata_fields' is missing: what to take and the names of the columns");
    }
    std::vector<Fact> facts;
    std::vector<std::string> names;
    std::vector<std::string> known;
    for (const auto& [name, fact] : kFacts) known.emplace_back(name);
    for (const auto& [key, column] : options.metadata_fields) {
      const auto fact = std::ranges::find(known, key);
      if (fact == known.end()) {
        check.Wrong(fmt::format("metadata_fields: there is no '{}'{} (known: {})", key,
                                DidYouMean(key, known), fmt::join(known, ", ")));
        continue;
      }
      facts.push_back(kFacts[static_cast<size_t>(fact - known.begin())].second);
      names.push_back(column);
    }
    return std::make_unique<MetadataRule>(std::move(facts), std::move(names));
  }

  Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const override {
    auto out = std::make_shared<Schema>(*in);
    std::vector<uint32_t> places;
    for (size_t i = 0; i < facts_.size(); ++i) {
      places.push_back(Put(*out, {.name = names_[i], .type = Of(KindOf(facts_[i]))}));
    }
    return std::make_unique<MetadataStep>(std::move(out), facts_, std::move(places));
  }

 private:
  std::vector<Fact> facts_;
  std::vector<std::string> names_;
};

}  // namespace

const OptionSpec<MetadataOptions>& Metadata::Spec() {
  static const auto spec = PerTableSpec<MetadataOptions>(
      "Puts what is known of a row into columns.", [](OptionSpec<MetadataOptions>& options) {
        options.Optional("metadata_fields", &MetadataOptions::metadata_fields,
                         "What to take and the name of its column: Database, Table, RowKind; "
                         "EventTime (commit at the source, ms since 1970), Delay (from then to the "
                         "reading, ms); Partition. Null where the source does not tell.");
      });
  return spec;
}

std::unique_ptr<Transform> Metadata::Make(const PluginConfig& config, Diagnostics& diagnostics) {
  return MakePerTable(Spec(), MetadataRule::Make, config, diagnostics);
}

}  // namespace sluice
