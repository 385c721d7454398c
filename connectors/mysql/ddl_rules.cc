// SPDX-License-Identifier: Apache-2.0
#include "mysql/ddl_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "config/suggest.h"
#include "mysql/ddl/lexer.h"

namespace sluice::mysql {
namespace {

struct Kind {
  const char* name;
  DdlPolicy DdlRules::* member;
  const char* no_follow = nullptr;  // why it cannot be followed; null: it can
};

constexpr auto kKinds = std::to_array<Kind>({
    {"add-column", &DdlRules::add_column},
    {"drop-column", &DdlRules::drop_column},
    {"modify-column", &DdlRules::modify_column},
    {"rename-column", &DdlRules::rename_column},
    {"create-table", &DdlRules::create_table},
    {"drop-table", &DdlRules::drop_table, "no target drops its table; ignore leaves it its rows"},
    {"rename-table", &DdlRules::rename_table},
    {"truncate-table", &DdlRules::truncate_table,
     "no target empties its table; ignore leaves it its rows"},
});

}  // namespace

const char kPolicyHelp[] =
    "What to do at statements of a kind: follow, ignore (rows go on without it) or stop. "
    "add-column, drop-column, modify-column, rename-column: follow. rename-table: follow (a copy "
    "that an online "
    "schema change puts in its place; a table renamed away stops the job). create-table: follow "
    "(a new table that matches table-pattern, or is renamed to such a name, joins the job with its "
    "own snapshot, during which the log waits). drop-table, truncate-table: stop; these two cannot "
    "be followed.";

std::string ReadPolicies(const StringMap& entries, DdlRules& rules) {
  for (const auto& [name, value] : entries) {
    const auto kind =
        std::ranges::find_if(kKinds, [&](const Kind& one) { return SameWord(one.name, name); });
    if (kind == kKinds.end()) {
      std::vector<std::string> names;
      for (const Kind& one : kKinds) names.emplace_back(one.name);
      const auto nearest = Nearest(name, names);
      return fmt::format("has the unknown kind '{}'{}", name,
                         nearest ? fmt::format("; did you mean '{}'?", *nearest) : "");
    }
    if (SameWord(value, "follow") && kind->no_follow != nullptr) {
      return fmt::format("cannot follow {}: {}", kind->name, kind->no_follow);
    }
    if (SameWord(value, "follow")) {
      rules.*kind->member = DdlPolicy::kFollow;
    } else if (SameWord(value, "ignore")) {
      rules.*kind->member = DdlPolicy::kIgnore;
    } else if (SameWord(value, "stop")) {
      rules.*kind->member = DdlPolicy::kStop;
    } else {
      return fmt::format("wants follow, ignore or stop for {}, but it is '{}'", kind->name, value);
    }
  }
  return "";
}

}  // namespace sluice::mysql
