// SPDX-License-Identifier: Apache-2.0
// TableRename: gives tables other names; rows pass as they are.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "api/transform.h"
#include "config/job_file.h"
#include "config/option_spec.h"

namespace sluice {

struct TableRenameOptions {
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
  LocatedText table_match_regex{".*", {}};  // at the top only
  std::vector<TableRenameOptions> tables;   // table_transform; at the top only
  std::string table_path;                   // inside table_transform only
};

// How one set of options changes names: letter case first, then the last replacement that matches
// the original name, then prefix and suffix. Immutable; any thread.
class TableRenamer {
 public:
  // Regular expressions that cannot be read go to `diagnostics`; `where` begins their messages.
  static TableRenamer Make(const TableRenameOptions& options, const std::string& where,
                           Diagnostics& diagnostics);
  TablePath Rename(const TablePath& path) const;

 private:
  struct Rule {
    std::optional<std::regex> regex;  // none: `whole` is the whole name
    std::string whole;
    std::string to;
  };
  std::string Replaced(const std::string& original) const;

  TableRenameOptions::Case case_ = TableRenameOptions::Case::kAsIs;
  std::string prefix_;
  std::string suffix_;
  std::vector<Rule> rules_;
};

class TableRename : public Transform {
 public:
  static const OptionSpec<TableRenameOptions>& Spec();
  // Null after a mistake, which goes to `diagnostics`.
  static std::unique_ptr<Transform> Make(const PluginConfig& config, Diagnostics& diagnostics);

  Result<SchemaRef> Bind(const SchemaRef& in) override;
  Status Apply(ChunkPtr chunk, Emitter& out) override;

 private:
  struct Bound {
    SchemaRef in;
    SchemaRef out;
  };

  TableRename() = default;
  // Null: the table keeps its name.
  const TableRenamer* RenamerOf(const TablePath& path) const;

  std::regex match_;
  TableRenamer top_;
  std::map<std::string, TableRenamer> tables_;  // by full path
  std::map<TablePath, Bound> bound_;            // by the path before
};

}  // namespace sluice
