// SPDX-License-Identifier: Apache-2.0
// How TableRename and FieldRename change a name: letter case first, then the last replacement that
// matches the original name, then prefix and suffix.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "transform/per_table.h"

namespace sluice {

struct RenameOptions {
  enum class Case : uint8_t { kAsIs, kUpper, kLower };
  struct Replacement {
    LocatedText from;
    std::string to;
    bool is_regex = true;
  };

  Case convert_case = Case::kAsIs;
  std::string prefix;
  std::string suffix;
  std::vector<Replacement> replacements;
};

OptionSpec<RenameOptions::Replacement> ReplacementSpec();

// Adds them to the spec of a struct that inherits RenameOptions; `what`: "table", "column".
template <typename Options>
void AddRenameOptions(OptionSpec<Options>& spec, const std::string& what) {
  using Case = RenameOptions::Case;
  using Replacements = std::vector<RenameOptions::Replacement>;
  spec.Choice("convert_case", static_cast<Case Options::*>(&RenameOptions::convert_case),
              {{"UPPER", Case::kUpper}, {"LOWER", Case::kLower}},
              "Letter case of the name of the " + what + ".")
      .Optional("prefix", static_cast<std::string Options::*>(&RenameOptions::prefix),
                "Put before the name of the " + what + ".")
      .Optional("suffix", static_cast<std::string Options::*>(&RenameOptions::suffix),
                "Put behind the name of the " + what + ".")
      .Objects("replacements_with_regex",
               static_cast<Replacements Options::*>(&RenameOptions::replacements),
               ReplacementSpec(),
               "Parts of the name of the " + what +
                   " to replace; of several that match, the last one counts.");
}

// One set of options. One thread at a time.
class RenameRules {
 public:
  // Regular expressions that cannot be read are told to `check`.
  RenameRules(const RenameOptions& options, const RuleCheck& check);
  // kInvalidConfig when a regular expression takes too long.
  Result<std::string> Rename(const std::string& name) const;
  std::string InCase(std::string name) const;  // the letter case alone

 private:
  struct Rule {
    std::optional<Regex> regex;  // none: `whole` is the whole name
    std::string whole;
    std::string to;
  };
  Result<std::string> Replaced(const std::string& original) const;

  RenameOptions::Case case_;
  std::string prefix_;
  std::string suffix_;
  std::vector<Rule> rules_;
};

}  // namespace sluice
