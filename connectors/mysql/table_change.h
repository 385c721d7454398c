// SPDX-License-Identifier: Apache-2.0
// What a new definition of a captured table means for the rows that leave the source. Pure.
#pragma once

#include <string>
#include <vector>

#include "data/event.h"
#include "mysql/ddl/apply.h"
#include "mysql/ddl_rules.h"
#include "mysql/types.h"

namespace sluice::mysql {

// The schema that chunks of a table leave with, and which column of the table each of its columns
// takes its values from; empty: from none, it is null.
struct TableOutput {
  SchemaRef schema;
  std::vector<std::string> sources;

  static TableOutput Of(SchemaRef schema);  // columns of the same names
};

struct TableEffect {
  TableOutput output;              // afterwards
  SchemaRef before;                // announce: that of the output so far, renamed columns marked
  bool announce = false;           // output.schema is another one: the target must follow
  std::string why_not;             // not empty: the rows cannot go on like this, and why
  std::vector<std::string> notes;  // what was done without a word to the target
};

// `before` is the definition that `output` belongs to. `strict`: values that did not fit would have
// made the statement fail. `sure`: after.before is known, not guessed by name.
// kUnsupported: sluice does not read a type in it.
Result<TableEffect> EffectOf(const TableFacts& before, const TableOutput& output,
                             const Definition& after, const DdlRules& rules,
                             const ConvertOptions& convert, bool strict, bool sure);

// How values of a column fit another definition of it.
enum class ValueFit : uint8_t {
  kSame,
  kNarrower,   // not all of them may fit
  kRewritten,  // the server wrote rows anew, in another form
};
ValueFit FitOf(const ColumnDef& before, const ColumnDef& after);
// The same where the type outside is another one: kSame or kRewritten.
ValueFit FitOfOther(const ColumnDef& before, const ColumnDef& after);

}  // namespace sluice::mysql
