// SPDX-License-Identifier: Apache-2.0
#include "transform/field_rename.h"

#include <fmt/format.h>

#include <numeric>

#include "transform/columns.h"

namespace sluice {
namespace {

using Specific = FieldRenameOptions::Specific;

class FieldRenameRule final : public TableRule {
 public:
  FieldRenameRule(RenameRules rules, const std::vector<Specific>& specific)
      : rules_(std::move(rules)) {
    for (const Specific& one : specific) {
      names_.push_back(one.field_name);
      targets_.push_back(one.target_name);
    }
  }

  static RuleRef Make(const FieldRenameOptions& options, const RuleCheck& check) {
    return std::make_unique<FieldRenameRule>(RenameRules(options, check), options.specific);
  }

  Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const override {
    ASSIGN_OR_RETURN(const std::vector<uint32_t> named, FindColumns(*in, names_, "specific"));
    auto out = std::make_shared<Schema>(*in);
    for (ColumnInfo& column : out->columns) {
      ASSIGN_OR_RETURN(column.name, rules_.Rename(column.name));
    }
    for (size_t i = 0; i < named.size(); ++i) out->columns[named[i]].name = targets_[i];
    for (uint32_t i = 0; i < out->columns.size(); ++i) {
      const uint32_t first = *out->Find(out->columns[i].name);
      if (first == i) continue;
      return Fail(Code::kInvalidConfig,
                  fmt::format("the columns '{}' and '{}' of table {} would both be named '{}'",
                              in->columns[first].name, in->columns[i].name, in->path.ToString(),
                              out->columns[i].name));
    }
    std::vector<uint32_t> picks(in->columns.size());
    std::iota(picks.begin(), picks.end(), 0U);
    return std::make_unique<PickStep>(std::move(out), std::move(picks));
  }

 private:
  RenameRules rules_;
  std::vector<std::string> names_;
  std::vector<std::string> targets_;
};

OptionSpec<Specific> SpecificSpec() {
  return OptionSpec<Specific>("A column.")
      .Required("field_name", &Specific::field_name, "Name of the column.", AtLeast(1))
      .Required("target_name", &Specific::target_name, "Its new name, word by word.", AtLeast(1));
}

}  // namespace

const OptionSpec<FieldRenameOptions>& FieldRename::Spec() {
  static const auto spec = PerTableSpec<FieldRenameOptions>(
      "Gives columns other names.", [](OptionSpec<FieldRenameOptions>& options) {
        AddRenameOptions(options, "column");
        options.Objects("specific", &FieldRenameOptions::specific, SpecificSpec(),
                        "New names of single columns, instead of what the other options make.");
      });
  return spec;
}

std::unique_ptr<Transform> FieldRename::Make(const PluginConfig& config, Diagnostics& diagnostics) {
  return MakePerTable(Spec(), FieldRenameRule::Make, config, diagnostics);
}

}  // namespace sluice
