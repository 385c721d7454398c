// SPDX-License-Identifier: Apache-2.0
#include "transform/copy.h"

#include <numeric>

#include "transform/columns.h"

namespace sluice {
namespace {

class CopyRule final : public TableRule {
 public:
  explicit CopyRule(const StringMap& fields) {
    for (const auto& [name, source] : fields) {
      names_.push_back(name);
      sources_.push_back(source);
    }
  }

  static RuleRef Make(const CopyOptions& options, const RuleCheck& check) {
    const bool single = !options.src_field.empty() || !options.dest_field.empty();
    if (options.fields.empty() && !single) {
      check.Missing("option 'fields' is missing: new names and their columns");
    } else if (!options.fields.empty() && single) {
      check.Wrong("give 'fields' or 'src_field' and 'dest_field', not both");
    } else if (single && (options.src_field.empty() || options.dest_field.empty())) {
      check.Missing("options 'src_field' and 'dest_field' go together");
    }
    return std::make_unique<CopyRule>(single ? StringMap{{options.dest_field, options.src_field}}
                                             : options.fields);
  }

  Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const override {
    ASSIGN_OR_RETURN(const std::vector<uint32_t> sources, FindColumns(*in, sources_, "fields"));
    auto out = std::make_shared<Schema>(*in);
    std::vector<uint32_t> picks(in->columns.size());
    std::iota(picks.begin(), picks.end(), 0U);
    for (size_t i = 0; i < sources.size(); ++i) {
      ColumnInfo column = in->columns[sources[i]];
      if (column.name == names_[i]) continue;  // onto itself
      column.name = names_[i];
      const uint32_t place = Put(*out, std::move(column));
      picks.resize(out->columns.size());
      picks[place] = sources[i];
    }
    return std::make_unique<PickStep>(std::move(out), std::move(picks));
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::string> sources_;
};

}  // namespace

const OptionSpec<CopyOptions>& Copy::Spec() {
  static const auto spec =
      PerTableSpec<CopyOptions>("Appends copies of columns.", [](OptionSpec<CopyOptions>& options) {
        options
            .Optional("fields", &CopyOptions::fields,
                      "New names and the columns that they are copies of; a new name that a column "
                      "already has replaces that column.")
            .Optional("src_field", &CopyOptions::src_field,
                      "Column to copy; the older form, of one copy.")
            .Optional("dest_field", &CopyOptions::dest_field, "Name of that copy.");
      });
  return spec;
}

std::unique_ptr<Transform> Copy::Make(const PluginConfig& config, Diagnostics& diagnostics) {
  return MakePerTable(Spec(), CopyRule::Make, config, diagnostics);
}

}  // namespace sluice
