// SPDX-License-Identifier: Apache-2.0
// The reference sink and its fixture. With a bug of the list it breaks one law; the suite demands
// that the law finds it.
#pragma once

#include <memory>
#include <string>

#include "kit/sink_fixture.h"
#include "kit/values/values_target.h"

namespace sluice::kit {

enum class SinkBug : uint8_t {
  kNone,
  kLabelsWithoutRun,     // a new run finds the work of an old one under its own name
  kTrustsNoAnswer,       // a call without an answer counts as done
  kFailureIsFinal,       // a failure that passes is told as one that does not
  kShowsEarly,           // rows are visible when they are prepared
  kCommitsAgain,         // a second commit repeats the rows
  kForgetsSecondWriter,  // orphans of all writers but the first stay
  kSweepsEveryRun,       // whatever the range says
  kLostIsFine,           // a commit of work that is gone says OK
  kWaits,                // Seal waits for its call
  kMixesCheckpoints,     // rows written while n prepares belong to n
  kEmptyCalls,           // prepares checkpoints without rows
  kAltersAgain,          // a column that is there already is refused
  kKeepsOldTables,       // its writers do not learn of new columns
  kLosesNewValues,       // of a column that was added
  kHidesCalls,           // no fault meets its calls, once they were counted
  kKeepsDeleted,         // -D is ignored
  kClaimsConvergence,    // though it appends
  kScansInPart,          // without the first row of a table
  kBadRowUnnamed,        // "a row was refused"
  kTellsSecret,          // in a message
};

struct ValuesSinkSetup {
  SinkBug bug = SinkBug::kNone;
  bool upserts = true;
};
std::unique_ptr<SinkFixture> MakeValuesSinkFixture(ValuesSinkSetup setup);

std::unique_ptr<Sink> MakeValuesSink(ValuesTarget& target, Faults& faults, SinkBug bug,
                                     std::string password);
inline constexpr char kValuesPassword[] = "kit-secret-words";

}  // namespace sluice::kit
