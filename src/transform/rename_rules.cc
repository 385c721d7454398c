// SPDX-License-Identifier: Apache-2.0
#include "transform/rename_rules.h"

#include <cctype>

#include "base/ascii.h"

namespace sluice {
namespace {

using Case = RenameOptions::Case;
using Replacement = RenameOptions::Replacement;

std::string Trimmed(std::string_view text) {
  const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

OptionSpec<Replacement> ReplacementSpec() {
  return OptionSpec<Replacement>("A replacement.")
      .Required("replace_from", &Replacement::from, "What to look for in the original name.",
                AtLeast(1))
      .Required("replace_to", &Replacement::to, "What to put there, word by word.")
      .Optional("is_regex", &Replacement::is_regex,
                "Whether replace_from is a regular expression; else it is the whole name.");
}

RenameRules::RenameRules(const RenameOptions& options, const RuleCheck& check)
    : case_(options.convert_case),
      prefix_(Trimmed(options.prefix)),
      suffix_(Trimmed(options.suffix)) {
  for (const Replacement& replacement : options.replacements) {
    Rule rule{.whole = replacement.from.text, .to = Trimmed(replacement.to)};
    if (replacement.is_regex) rule.regex = check.Expression(replacement.from, "replace_from");
    rules_.push_back(std::move(rule));
  }
}

std::string RenameRules::InCase(std::string name) const {
  if (case_ == Case::kAsIs) return name;
  return case_ == Case::kUpper ? Upper(name) : Lower(name);
}

// Positions are those of matches in the original name; the letters between them are those of the
// name in its new letter case, which has the same length.
Result<std::string> RenameRules::Replaced(const std::string& original) const {
  std::string cased = InCase(original);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (!rule->regex) {
      if (rule->whole == original) return rule->to;
      continue;
    }
    std::string out;
    size_t kept = 0;
    bool found = false;
    for (size_t from = 0;;) {
      ASSIGN_OR_RETURN(const auto* match, rule->regex->Find(original, from));
      if (match == nullptr) break;
      const RegexGroup& whole = match->front();
      out += cased.substr(kept, whole.begin - kept) + rule->to;
      kept = whole.end;
      found = true;
      from = Regex::After(original, whole);
    }
    if (found) return out + cased.substr(kept);
  }
  return cased;
}

Result<std::string> RenameRules::Rename(const std::string& name) const {
  ASSIGN_OR_RETURN(const std::string replaced, Replaced(name));
  return prefix_ + replaced + suffix_;
}

}  // namespace sluice
