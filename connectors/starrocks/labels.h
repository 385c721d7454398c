// SPDX-License-Identifier: Apache-2.0
// Labels: the names of our transactions. A label is computed, never stored only in memory, so that
// a later run finds what an earlier one may have left:
//
//   [<labelPrefix>-]sluice-<job id>-r<run>-c<checkpoint>-w<writer>-t<try>-<hash of database.table>
//
// The try counts what was begun for one table, writer and checkpoint. With exactly-once delivery
// that is one transaction and its repetitions, below kTriesMax. With at-least-once delivery every
// flush and every repetition of one takes the next number, without a limit (running_labels.h).
//
// The server takes `^[-\w]{1,128}$` and wants labels unique per database. All functions are pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/event.h"

namespace sluice::starrocks {

// Tries of one table, writer and checkpoint of exactly-once delivery, and of one flush: a
// transaction that failed for certain is written again under the next try. A sweep probes this many
// labels.
inline constexpr uint32_t kTriesMax = 4;

// What the labels of one job begin with: the user's prefix (may be empty) and the job id, with what
// a label cannot hold replaced, and shortened, so that every label fits. Different arguments give
// different names.
std::string LabelName(std::string_view user_prefix, std::string_view job_id);

struct LabelParts {
  Run run = 0;
  CheckpointId checkpoint = 0;
  uint32_t writer = 0;
  uint32_t attempt = 0;  // the try

  friend bool operator==(const LabelParts&, const LabelParts&) = default;
};

// `name` comes from LabelName.
std::string Label(std::string_view name, const LabelParts& parts, std::string_view database,
                  std::string_view table);

// What a label tells: the reverse of Label. Empty for one that does not begin with `name` or is not
// made so.
struct ReadLabel {
  LabelParts parts;
  std::string table_hash;  // TableHash
};
std::optional<ReadLabel> ParseLabel(std::string_view name, std::string_view label);
std::string TableHash(std::string_view database, std::string_view table);

}  // namespace sluice::starrocks
