// SPDX-License-Identifier: Apache-2.0
// Readers of the reference source. A reader fetches a few rows ahead, from Open on.
#pragma once

#include <memory>

#include "kit/values/values_source.h"

namespace sluice::kit {

// A range of ids of a table as it was at a place of the log; or the log from a place on.
struct ValuesPosition {
  bool log = false;
  size_t place = 0;
  size_t table = 0;
  int64_t next = 0;
  int64_t end = 0;
};
Bytes Encode(const ValuesPosition& position);

Result<std::unique_ptr<Reader>> OpenValuesReader(const ValuesStore& store, Faults& faults,
                                                 SourceBug bug, Split split);

}  // namespace sluice::kit
