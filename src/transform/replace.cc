// SPDX-License-Identifier: Apache-2.0
#include "transform/replace.h"

#include "transform/columns.h"

namespace sluice {
namespace {

// Appends what becomes of a text.
class Replacer {
 public:
  virtual ~Replacer() = default;
  virtual Status Append(std::string_view text, std::string& out) const = 0;
};

class WordReplacer final : public Replacer {
 public:
  WordReplacer(std::string from, std::string to) : from_(std::move(from)), to_(std::move(to)) {}

  Status Append(std::string_view text, std::string& out) const override {
    size_t kept = 0;
    for (size_t at = text.find(from_); at != std::string_view::npos; at = text.find(from_, kept)) {
      out += text.substr(kept, at - kept);
      out += to_;
      kept = at + from_.size();
    }
    out += text.substr(kept);
    return {};
  }

 private:
  std::string from_;
  std::string to_;
};

class RegexReplacer final : public Replacer {
 public:
  RegexReplacer(Regex regex, RegexReplacement to, bool first_only)
      : regex_(std::move(regex)), to_(std::move(to)), first_only_(first_only) {}

  Status Append(std::string_view text, std::string& out) const override {
    size_t kept = 0;
    for (size_t from = 0;;) {
      ASSIGN_OR_RETURN(const auto* match, regex_.Find(text, from));
      if (match == nullptr) break;
      const RegexGroup whole = match->front();
      out += text.substr(kept, whole.begin - kept);
      to_.AppendTo(text, *match, out);
      kept = whole.end;
      from = Regex::After(text, whole);
      if (first_only_) break;
    }
    out += text.substr(kept);
    return {};
  }

 private:
  Regex regex_;
  RegexReplacement to_;
  bool first_only_;
};

class ReplaceStep final : public TableStep {
 public:
  ReplaceStep(SchemaRef out, std::vector<uint32_t> columns, const Replacer& replacer)
      : TableStep(std::move(out)), columns_(std::move(columns)), replacer_(replacer) {}

  Status Apply(ChunkPtr chunk, Emitter& to) override {
    std::vector<ColumnPtr> made;
    for (const uint32_t index : columns_) {
      const Column& from = chunk->column(index);
      Column column(from.type());
      column.Reserve(from.rows(), from.data().size());
      for (uint32_t row = 0; row < from.rows(); ++row) {
        if (from.is_null(row)) {
          column.AppendNull();
          continue;
        }
        text_.clear();
        const Status status = replacer_.Append(from.text(row), text_);
        if (!status.ok()) {
          return status.In("replacing in column " + out()->columns[index].name + " of table " +
                           out()->path.ToString());
        }
        column.AppendText(text_);
      }
      made.push_back(std::make_shared<const Column>(std::move(column)));
    }
    to.Emit(WithMade(chunk, out(), columns_, std::move(made)));
    return {};
  }

 private:
  std::vector<uint32_t> columns_;
  const Replacer& replacer_;
  std::string text_;  // of one value, kept for its memory
};

class ReplaceRule final : public TableRule {
 public:
  ReplaceRule(StringList columns, std::unique_ptr<const Replacer> replacer)
      : columns_(std::move(columns)), replacer_(std::move(replacer)) {}

  static RuleRef Make(const ReplaceOptions& options, const RuleCheck& check) {
    StringList columns = options.replace_fields;
    if (!options.replace_field.empty()) columns.push_back(options.replace_field);
    if (columns.empty()) check.Missing("option 'replace_field' is missing: a column of text");
    if (!options.replace_field.empty() && !options.replace_fields.empty()) {
      check.Wrong("give 'replace_field' or 'replace_fields', not both");
    }
    if (options.pattern.text.empty()) check.Missing("option 'pattern' is missing: what to replace");
    if (!options.replacement) check.Missing("option 'replacement' is missing");
    const std::string to = options.replacement.value_or("");
    if (options.is_regex) {
      Regex regex = check.Expression(options.pattern, "pattern");
      auto parsed = RegexReplacement::Parse(to, regex);
      if (!parsed) check.Wrong(std::string(parsed.error().message()));
      return std::make_unique<ReplaceRule>(
          std::move(columns), std::make_unique<RegexReplacer>(
                                  std::move(regex), std::move(parsed).value_or(RegexReplacement()),
                                  options.replace_first));
    }
    if (options.replace_first) check.Wrong("'replace_first' needs is_regex = true");
    return std::make_unique<ReplaceRule>(std::move(columns),
                                         std::make_unique<WordReplacer>(options.pattern.text, to));
  }

  Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const override {
    ASSIGN_OR_RETURN(std::vector<uint32_t> columns, FindTexts(*in, columns_, "replace_field"));
    auto out = std::make_shared<Schema>(*in);
    // What the source says of the type, such as that all values are JSON, holds no more.
    for (const uint32_t column : columns) out->columns[column].source_type.clear();
    return std::make_unique<ReplaceStep>(std::move(out), std::move(columns), *replacer_);
  }

 private:
  StringList columns_;
  std::unique_ptr<const Replacer> replacer_;
};

}  // namespace

const OptionSpec<ReplaceOptions>& Replace::Spec() {
  static const auto spec = PerTableSpec<ReplaceOptions>(
      "Replaces text in columns of type STRING.", [](OptionSpec<ReplaceOptions>& options) {
        options.Optional("replace_field", &ReplaceOptions::replace_field, "Column of type STRING.")
            .Optional("replace_fields", &ReplaceOptions::replace_fields,
                      "Columns of type STRING, instead of replace_field.")
            .Optional("pattern", &ReplaceOptions::pattern, "What to replace.")
            .Optional("replacement", &ReplaceOptions::replacement,
                      "What to put there; with is_regex, $1 and ${name} stand for groups.")
            .Optional("is_regex", &ReplaceOptions::is_regex,
                      "Whether pattern is a regular expression in Java's dialect.")
            .Optional("replace_first", &ReplaceOptions::replace_first,
                      "Replace only the first match of a value; needs is_regex.");
      });
  return spec;
}

std::unique_ptr<Transform> Replace::Make(const PluginConfig& config, Diagnostics& diagnostics) {
  return MakePerTable(Spec(), ReplaceRule::Make, config, diagnostics);
}

}  // namespace sluice
