// SPDX-License-Identifier: Apache-2.0
#include "transform/field_mapper.h"

#include "transform/columns.h"

namespace sluice {
namespace {

class MapperRule final : public TableRule {
 public:
  explicit MapperRule(const StringMap& mapper) {
    for (const auto& [column, name] : mapper) {
      columns_.push_back(column);
      names_.push_back(name);
    }
  }

  static RuleRef Make(const FieldMapperOptions& options, const RuleCheck& check) {
    if (options.field_mapper.empty()) {
      check.Missing("option 'field_mapper' is missing: columns and their new names");
    }
    return std::make_unique<MapperRule>(options.field_mapper);
  }

  Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const override {
    ASSIGN_OR_RETURN(std::vector<uint32_t> picks, FindColumns(*in, columns_, "field_mapper"));
    auto out = std::make_shared<Schema>(Pick(*in, picks));
    for (size_t i = 0; i < names_.size(); ++i) out->columns[i].name = names_[i];
    return std::make_unique<PickStep>(std::move(out), std::move(picks));
  }

 private:
  std::vector<std::string> columns_;
  std::vector<std::string> names_;
};

}  // namespace

const OptionSpec<FieldMapperOptions>& FieldMapper::Spec() {
  static const auto spec = PerTableSpec<FieldMapperOptions>(
      "Keeps columns under new names, in the order given.",
      [](OptionSpec<FieldMapperOptions>& options) {
        options.Optional("field_mapper", &FieldMapperOptions::field_mapper,
                         "Columns and their new names; those that are not here are left out.");
      });
  return spec;
}

std::unique_ptr<Transform> FieldMapper::Make(const PluginConfig& config, Diagnostics& diagnostics) {
  return MakePerTable(Spec(), MapperRule::Make, config, diagnostics);
}

}  // namespace sluice
