// SPDX-License-Identifier: Apache-2.0
#include "transform/split.h"

#include "transform/columns.h"

namespace sluice {
namespace {

// At most `most` parts, the last one with all the rest.
Status Cut(const Regex& separator, std::string_view text, size_t most,
           std::vector<std::string_view>& parts) {
  parts.clear();
  size_t kept = 0;
  for (size_t from = 0; parts.size() + 1 < most;) {
    ASSIGN_OR_RETURN(const auto* match, separator.Find(text, from));
    if (match == nullptr) break;
    const RegexGroup& whole = match->front();
    from = Regex::After(text, whole);
    // An empty match at the beginning cuts nothing off.
    if (whole.end == 0) continue;
    parts.push_back(text.substr(kept, whole.begin - kept));
    kept = whole.end;
  }
  parts.push_back(text.substr(kept));
  return {};
}

class SplitStep final : public TableStep {
 public:
  SplitStep(SchemaRef out, uint32_t column, std::vector<uint32_t> places, const Regex& separator)
      : TableStep(std::move(out)),
        column_(column),
        places_(std::move(places)),
        separator_(separator) {}

  Status Apply(ChunkPtr chunk, Emitter& to) override {
    const Column& from = chunk->column(column_);
    std::vector<Column> made(places_.size(), Column(Of(TypeKind::kString)));
    std::vector<std::string_view> parts;
    for (uint32_t row = 0; row < from.rows(); ++row) {
      parts.clear();
      if (!from.is_null(row)) {
        const Status status = Cut(separator_, from.text(row), made.size(), parts);
        if (!status.ok()) {
          return status.In("splitting column " + chunk->schema()->columns[column_].name +
                           " of table " + chunk->schema()->path.ToString());
        }
      }
      for (size_t i = 0; i < made.size(); ++i) {
        i < parts.size() ? made[i].AppendText(parts[i]) : made[i].AppendNull();
      }
    }
    std::vector<ColumnPtr> columns;
    for (Column& one : made) columns.push_back(std::make_shared<const Column>(std::move(one)));
    to.Emit(WithMade(chunk, out(), places_, std::move(columns)));
    return {};
  }

 private:
  uint32_t column_;
  std::vector<uint32_t> places_;
  const Regex& separator_;
};

class SplitRule final : public TableRule {
 public:
  SplitRule(const SplitOptions& options, Regex separator)
      : column_(options.split_field),
        outputs_(options.output_fields),
        separator_(std::move(separator)) {}

  static RuleRef Make(const SplitOptions& options, const RuleCheck& check) {
    if (options.separator.text.empty()) check.Missing("option 'separator' is missing");
    if (options.split_field.empty()) check.Missing("option 'split_field' is missing");
    if (options.output_fields.empty()) {
      check.Missing("option 'output_fields' is missing: names of the parts");
    }
    return std::make_unique<SplitRule>(options, check.Expression(options.separator, "separator"));
  }

  Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const override {
    ASSIGN_OR_RETURN(const std::vector<uint32_t> column,
                     FindTexts(*in, {&column_, 1}, "split_field"));
    auto out = std::make_shared<Schema>(*in);
    std::vector<uint32_t> places;
    for (const std::string& name : outputs_) {
      places.push_back(Put(*out, {.name = name, .type = Of(TypeKind::kString)}));
    }
    return std::make_unique<SplitStep>(std::move(out), column.front(), std::move(places),
                                       separator_);
  }

 private:
  std::string column_;
  StringList outputs_;
  Regex separator_;
};

}  // namespace

const OptionSpec<SplitOptions>& SplitField::Spec() {
  static const auto spec = PerTableSpec<SplitOptions>(
      "Cuts a column of type STRING into columns.", [](OptionSpec<SplitOptions>& options) {
        options
            .Optional("separator", &SplitOptions::separator,
                      "Regular expression in Java's dialect; write \"\\\\|\" for a |.")
            .Optional("split_field", &SplitOptions::split_field, "Column of type STRING.")
            .Optional("output_fields", &SplitOptions::output_fields,
                      "Names of the parts; the last one keeps what is left.");
      });
  return spec;
}

std::unique_ptr<Transform> SplitField::Make(const PluginConfig& config, Diagnostics& diagnostics) {
  return MakePerTable(Spec(), SplitRule::Make, config, diagnostics);
}

}  // namespace sluice
