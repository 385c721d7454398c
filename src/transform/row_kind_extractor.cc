// SPDX-License-Identifier: Apache-2.0
#include "transform/row_kind_extractor.h"

#include "transform/columns.h"

namespace sluice {
namespace {

using Form = RowKindExtractorOptions::Form;

class ExtractStep final : public TableStep {
 public:
  ExtractStep(SchemaRef out, uint32_t place, Form form)
      : TableStep(std::move(out)), place_(place), form_(form) {}

  Status Apply(ChunkPtr chunk, Emitter& to) override {
    Column kinds(Of(TypeKind::kString));
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      const RowKind kind = chunk->kind(row);
      kinds.AppendText(form_ == Form::kShort ? RowKindSign(kind) : RowKindName(kind));
    }
    const ChunkPtr told =
        WithMade(chunk, out(), {&place_, 1}, {std::make_shared<const Column>(std::move(kinds))});
    to.Emit(Chunk::AsInserts(told));
    return {};
  }
  bool follows_every_change() const override { return false; }

 private:
  uint32_t place_;
  Form form_;
};

class ExtractRule final : public TableRule {
 public:
  explicit ExtractRule(const RowKindExtractorOptions& options) : options_(options) {}

  static RuleRef Make(const RowKindExtractorOptions& options, const RuleCheck& /*check*/) {
    return std::make_unique<ExtractRule>(options);
  }

  Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const override {
    auto out = std::make_shared<Schema>(*in);
    const uint32_t place =
        Put(*out, {.name = options_.custom_field_name,
                   .type = Of(TypeKind::kString),
                   .nullable = false,
                   .length = RowKindName(RowKind::kUpdateBefore).size(),  // the longest
                   .comment = "kind of the row"});
    return std::make_unique<ExtractStep>(std::move(out), place, options_.transform_type);
  }

 private:
  RowKindExtractorOptions options_;
};

}  // namespace

const OptionSpec<RowKindExtractorOptions>& RowKindExtractor::Spec() {
  static const auto spec = PerTableSpec<RowKindExtractorOptions>(
      "Writes the kind of each row into a column and makes every row an insert.",
      [](OptionSpec<RowKindExtractorOptions>& options) {
        options
            .Optional("custom_field_name", &RowKindExtractorOptions::custom_field_name,
                      "Name of the column.", AtLeast(1))
            .Choice("transform_type", &RowKindExtractorOptions::transform_type,
                    {{"SHORT", Form::kShort}, {"FULL", Form::kFull}},
                    "SHORT: +I, -U, +U, -D; FULL: INSERT, UPDATE_BEFORE, UPDATE_AFTER, DELETE.");
      });
  return spec;
}

std::unique_ptr<Transform> RowKindExtractor::Make(const PluginConfig& config,
                                                  Diagnostics& diagnostics) {
  return MakePerTable(Spec(), ExtractRule::Make, config, diagnostics);
}

}  // namespace sluice
