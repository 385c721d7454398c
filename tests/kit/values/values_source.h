// SPDX-License-Identifier: Apache-2.0
// The reference source: ranges of the store's tables, then its log. With a bug of the list it
// breaks one law; the suite demands that the law finds it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/source.h"
#include "kit/values/values_store.h"

namespace sluice::kit {

enum class SourceBug : uint8_t {
  kNone,
  kLosesLastRow,       // a range ends one row too soon
  kSavesBehind,        // a saved position does not know the last chunk
  kSplitsOverlap,      // neighbours share a key
  kEmptyForNull,       // a null text becomes an empty one
  kTearsUpdates,       // the halves of an update come in two chunks
  kKeyChangeAsUpdate,  // instead of -D and +I
  kUnannouncedSchema,  // rows in another schema than Discover told
  kFlushHolds,         // Flush leaves rows behind
  kTakesDamage,        // a torn position reads as its beginning
  kUnstableIdentity,   // another one for each object
  kIgnoresRoom,        // reads on after the deadline
  kIgnoresFull,        // reads on into a full emitter
  kFetchesAll,         // without being read
  kNeverIdle,          // asks to be called again at once
  kWakesAfterItsEnd,   // a thread outlives its reader
  kSwallowsFailures,   // a failed call reads as an empty answer
  kFailureIsFinal,     // a failure that passes is told as one that does not
  kForgetsOnRestart,   // after a restart it goes on at the log's end
  kHidesCalls,         // no fault meets its calls, once they were counted
  kLogIgnoresRoom,     // as kIgnoresRoom, in the log alone
  kLogIgnoresFull,     // as kIgnoresFull, in the log alone
  kTellsSecret,        // in a message
};

struct ValuesAccount {
  std::string user = "values";
  std::string password = "kit-secret-words";
};

std::unique_ptr<Source> MakeValuesSource(ValuesStore& store, Faults& faults, SourceBug bug,
                                         ValuesAccount account = {});
// The id of the split that never ends.
inline constexpr char kValuesLog[] = "log";
// Rows that one Read emits.
inline constexpr size_t kValuesRowsAtOnce = 3;

}  // namespace sluice::kit
