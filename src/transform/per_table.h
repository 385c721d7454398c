// SPDX-License-Identifier: Apache-2.0
// Transforms whose options may differ from table to table: `table_match_regex` says which tables
// the options at the top are for, `table_transform` holds others for single tables, which win. A
// table that neither names passes unchanged.
//
// Such a transform is a TableRule, made of one set of options, and the TableStep that it makes for
// each table. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/transform.h"
#include "base/regex.h"
#include "config/job_file.h"
#include "config/option_spec.h"

namespace sluice {

// A table's way through a transform, at one schema.
class TableStep {
 public:
  explicit TableStep(SchemaRef out) : out_(std::move(out)) {}
  virtual ~TableStep() = default;
  const SchemaRef& out() const { return out_; }  // of the rows that leave
  virtual Status Apply(ChunkPtr chunk, Emitter& out) = 0;
  virtual bool follows_every_change() const { return true; }  // as Transform::

 private:
  SchemaRef out_;
};

// One set of options, checked as far as that goes without a table. Outlives its steps.
class TableRule {
 public:
  virtual ~TableRule() = default;
  // Errors name the option and what the table lacks.
  virtual Result<std::unique_ptr<TableStep>> Bind(const SchemaRef& in) const = 0;
  // Asked before a table that was bound to one schema is bound to another.
  virtual Status CheckChange(const Schema& /*before*/, const Schema& /*after*/) const { return {}; }
};
using RuleRef = std::unique_ptr<const TableRule>;

class PerTableTransform final : public Transform {
 public:
  struct Rules {
    RuleRef top;                            // null: there are no options at the top
    Regex match;                            // for the whole path of a table
    std::map<std::string, RuleRef> tables;  // by the whole path
  };
  explicit PerTableTransform(Rules rules) : rules_(std::move(rules)) {}

  Result<SchemaRef> Bind(const SchemaRef& in) override;
  Status Apply(ChunkPtr chunk, Emitter& out) override;
  bool follows_every_change() const override;

 private:
  struct Bound {
    SchemaRef in;
    SchemaRef out;
    std::unique_ptr<TableStep> step;  // null: rows pass
  };
  // Null: the table passes.
  Result<const TableRule*> RuleOf(const TablePath& path) const;
  Result<Bound*> BoundTo(const SchemaRef& in);

  Rules rules_;
  std::map<TablePath, Bound> bound_;  // by the path before
};

// The base of an options struct, which stays an aggregate.
template <typename Options>
// NOLINTNEXTLINE(bugprone-crtp-constructor-accessibility): a private constructor would end that.
struct PerTable {
  LocatedText table_match_regex = {".*", {}};  // at the top only
  std::vector<Options> table_transform;        // at the top only
  std::string table_path;                      // inside of table_transform only
};

// The spec of such options: those that `add` adds, at the top and for single tables.
template <typename Options>
OptionSpec<Options> PerTableSpec(std::string summary, void (*add)(OptionSpec<Options>&)) {
  OptionSpec<Options> one("Options for one table.");
  one.Required("table_path", static_cast<std::string Options::*>(&Options::table_path),
               "Full name of the table.");
  add(one);
  OptionSpec<Options> top(std::move(summary));
  add(top);
  top.Optional("table_match_regex",
               static_cast<LocatedText Options::*>(&Options::table_match_regex),
               "The options here are for tables whose whole path (db.schema.table) matches; others "
               "pass unchanged.")
      .Objects("table_transform",
               static_cast<std::vector<Options> Options::*>(&Options::table_transform),
               std::move(one), "Options for single tables, instead of those at the top.");
  return top;
}

// What is wrong with one set of options, as far as only the transform knows; goes to diagnostics.
class RuleCheck {
 public:
  // `read`: the options themselves could be read.
  RuleCheck(const PluginConfig& config, const std::string& place, bool read,
            Diagnostics& diagnostics)
      : where_(Where(config) + place),
        origin_(config.origin),
        read_(read),
        diagnostics_(diagnostics) {}

  // An option is not there. Not told when it may be one that could not be read.
  void Missing(const std::string& what) const {
    if (read_) Wrong(what);
  }
  void Wrong(const std::string& what) const { diagnostics_.Error(origin_, where_ + ": " + what); }
  // After a mistake, some other expression.
  Regex Expression(const LocatedText& text, const std::string& option) const;

 private:
  std::string where_;
  Origin origin_;
  bool read_;
  Diagnostics& diagnostics_;
};

// True when the block holds an option besides those of PerTable.
bool HasOptionsAtTop(const PluginConfig& config, const std::vector<OptionInfo>& options);

// A transform of rules, each made by `make` of one set of options; null after a mistake, which goes
// to `diagnostics`.
template <typename Options>
std::unique_ptr<Transform> MakePerTable(const OptionSpec<Options>& spec,
                                        RuleRef (*make)(const Options&, const RuleCheck&),
                                        const PluginConfig& config, Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors().size();
  const Options options = spec.ParseAll(config, diagnostics);
  const bool read = diagnostics.errors().size() == before;
  std::map<std::string, RuleRef> tables;
  for (const Options& one : options.table_transform) {
    const RuleCheck check(config, ", table_transform of " + one.table_path, read, diagnostics);
    if (!tables.emplace(one.table_path, make(one, check)).second) {
      check.Wrong("the table is there twice");
    }
  }
  const RuleCheck check(config, "", read, diagnostics);
  RuleRef top;
  if (tables.empty() || HasOptionsAtTop(config, spec.Describe())) top = make(options, check);
  Regex match = check.Expression(options.table_match_regex, "table_match_regex");
  if (diagnostics.errors().size() != before) return nullptr;
  return std::make_unique<PerTableTransform>(
      PerTableTransform::Rules{std::move(top), std::move(match), std::move(tables)});
}

}  // namespace sluice
