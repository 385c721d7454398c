// SPDX-License-Identifier: Apache-2.0
#include "transform/filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"
#include "transform/columns.h"

namespace sluice {
namespace {

class FilterRule final : public TableRule {
 public:
  explicit FilterRule(const FilterOptions& options)
      : includes_(!options.include_fields.empty()),
        names_(includes_ ? options.include_fields : options.exclude_fields) {}

  static RuleRef Make(const FilterOptions& options, const RuleCheck& check) {
    if (options.include_fields.empty() && options.exclude_fields.empty()) {
      check.Missing("option 'include_fields' or 'exclude_fields' is missing");
    } else if (!options.include_fields.empty() && !options.exclude_fields.empty()) {
      check.Wrong("give 'include_fields' or 'exclude_fields', not both");
    }
    return std::make_unique<FilterRule>(options);
  }

  Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const override {
    // One to leave out that went with a change needs no leaving out, also at a start after it.
    const bool changed = in->version > 1;
    ASSIGN_OR_RETURN(std::vector<uint32_t> picks,
                     includes_ ? FindColumns(*in, names_, "include_fields")
                               : FindColumns(*in, changed ? Left(*in) : names_, "exclude_fields"));
    if (!includes_) {
      const std::vector<uint32_t> left_out = std::exchange(picks, {});
      for (uint32_t i = 0; i < in->columns.size(); ++i) {
        if (std::ranges::find(left_out, i) == left_out.end()) picks.push_back(i);
      }
    }
    auto out = std::make_shared<const Schema>(Pick(*in, picks));
    return std::make_unique<PickStep>(std::move(out), std::move(picks));
  }

  // Under another name it would pass.
  Status CheckChange(const Schema& before, const Schema& after) const override {
    if (includes_) return {};
    for (const RenamedColumn& renamed : RenamedColumns(before, after)) {
      const std::string& was = before.columns[renamed.before].name;
      if (std::ranges::find(names_, was) == names_.end()) continue;
      return {
          Code::kInvalidConfig,
          fmt::format("'exclude_fields' leaves out the column '{}' of table {}, which is called "
                      "'{}' now",
                      was, after.path.ToString(), after.columns[renamed.after].name)};
    }
    return {};
  }

 private:
  // Those of the names that the table has. The others are told: which names it had is not known,
  // and a misspelt one would let its column pass.
  StringList Left(const Schema& in) const {
    StringList out;
    for (const std::string& name : names_) {
      if (in.Find(name)) {
        out.push_back(name);
        continue;
      }
      LogWarn(
          fmt::format("'exclude_fields' names the column '{}', which table {} does not have (any "
                      "more): remove the name, or mend it if it is misspelt",
                      name, in.path.ToString()));
    }
    return out;
  }

  bool includes_;
  StringList names_;
};

}  // namespace

const OptionSpec<FilterOptions>& Filter::Spec() {
  static const auto spec = PerTableSpec<FilterOptions>(
      "Keeps some columns or leaves some out.", [](OptionSpec<FilterOptions>& options) {
        options
            .Optional("include_fields", &FilterOptions::include_fields,
                      "Columns to keep, in this order.")
            .Alias("fields")
            .Optional("exclude_fields", &FilterOptions::exclude_fields, "Columns to leave out.");
      });
  return spec;
}

std::unique_ptr<Transform> Filter::Make(const PluginConfig& config, Diagnostics& diagnostics) {
  return MakePerTable(Spec(), FilterRule::Make, config, diagnostics);
}

}  // namespace sluice
