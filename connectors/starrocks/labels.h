// SPDX-License-Identifier: Apache-2.0
// Labels: the names of our transactions. A label is computed, never stored only in memory, so that
// a later run finds what an earlier one may have left:
//
//   [<labelPrefix>-]sluice-<job id>-r<run>-c<checkpoint>-w<writer>-t<try>-<hash of database.table>
//
// The server takes `^[-\w]{1,128}$` and wants labels unique per database. All functions are pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/event.h"

namespace sluice::starrocks {

// Tries of one table, writer and checkpoint: a transaction that failed for certain is written again
// under the next try. A sweep probes this many labels.
inline constexpr uint32_t kTriesMax = 4;

// What the labels of one job begin with: the user's prefix (may be empty) and the job id, with what
// a label cannot hold replaced, and shortened, so that every label fits. Different arguments give
// different names.
std::string LabelName(std::string_view user_prefix, std::string_view job_id);

struct LabelParts {
  Run run = 0;
  CheckpointId checkpoint = 0;
  uint32_t writer = 0;
  uint32_t attempt = 0;  // the try, below kTriesMax
};

// `name` comes from LabelName.
std::string Label(std::string_view name, const LabelParts& parts, std::string_view database,
                  std::string_view table);

}  // namespace sluice::starrocks
