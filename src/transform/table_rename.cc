// SPDX-License-Identifier: Apache-2.0
#include "transform/table_rename.h"

namespace sluice {
namespace {

class RenameStep final : public TableStep {
 public:
  using TableStep::TableStep;
  Status Apply(ChunkPtr chunk, Emitter& to) override {
    to.Emit(Chunk::WithSchema(chunk, out()));
    return {};
  }
};

class TableRenameRule final : public TableRule {
 public:
  explicit TableRenameRule(RenameRules rules) : rules_(std::move(rules)) {}

  static RuleRef Make(const TableRenameOptions& options, const RuleCheck& check) {
    return std::make_unique<TableRenameRule>(RenameRules(options, check));
  }

  Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const override {
    auto out = std::make_shared<Schema>(*in);
    out->path.database = rules_.InCase(in->path.database);
    out->path.schema = rules_.InCase(in->path.schema);
    ASSIGN_OR_RETURN(out->path.table, rules_.Rename(in->path.table));
    return std::make_unique<RenameStep>(std::move(out));
  }

 private:
  RenameRules rules_;
};

}  // namespace

const OptionSpec<TableRenameOptions>& TableRename::Spec() {
  static const auto spec = PerTableSpec<TableRenameOptions>(
      "Gives tables other names.",
      [](OptionSpec<TableRenameOptions>& options) { AddRenameOptions(options, "table"); });
  return spec;
}

std::unique_ptr<Transform> TableRename::Make(const PluginConfig& config, Diagnostics& diagnostics) {
  return MakePerTable(Spec(), TableRenameRule::Make, config, diagnostics);
}

}  // namespace sluice
