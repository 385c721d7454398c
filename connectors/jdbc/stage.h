// SPDX-License-Identifier: Apache-2.0
// Exactly once without XA: what lies in the target beside the user's tables, and how a checkpoint
// becomes visible.
//
// Prepare must leave rows durable and invisible, and a prepared row must outlive this process and
// this machine. Three ways were weighed:
//   - A transaction that stays open is none: it dies with its connection.
//   - XA PREPARE and PREPARE TRANSACTION are, but PostgreSQL ships with them switched off
//     (max_prepared_transactions = 0), MySQL wants a privilege and 8.0.29, both keep row locks
//     until the commit, and a forgotten one blocks vacuum and purge for ever.
//   - A stage: a plain table beside the target, which takes the rows of one checkpoint, writer and
//     table. Any server has it, nothing is locked, a leftover is a table that can be looked at and
//     dropped, and bulk loading (COPY, INSERT of many rows) works as always. Its columns have the
//     target's types, so a value that does not fit is refused before the checkpoint is durable.
// So stages it is, for is_exactly_once with and without an XA class, and for those rows of
// at-least-once delivery that must not be visible before a checkpoint holds them (writer.h).
//
// Commit merges all stages of a checkpoint into their targets in ONE transaction, together with a
// row (job, run, checkpoint, writer) in the ledger. Readers of the target see checkpoints whole,
// over all tables. The ledger row is inserted first and is what competing commits meet at:
//   - it is there already: this checkpoint was committed, now or by a process that died before it
//     could tell. Nothing is merged; leftover stages are dropped.
//   - it is not there, and the stage is not either, or lacks rows: the work is lost (kCommitLost).
//   - two processes at once: the second waits for the first one's transaction, and sees its row.
// A zombie that stages late writes tables that carry its own run, which nobody will merge; one that
// commits late finds its ledger row or misses its stages. Both change nothing.
//
// What only a constraint of the target can refuse (foreign keys, other unique keys, triggers) is
// met at the commit: the job stops, the stages stay, and a restart tries again. That rows exchange
// values of another unique key is no such case (Merge::kAnew), unless it happens while a snapshot
// is read: then rows of two moments meet, and nothing tells which is to give way, for its own
// change may be left out as contained in the snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/sink.h"

namespace sluice::jdbc {

inline constexpr std::string_view kLedgerTable = "__sluice_ledger";

// Names a stage, and finds its parts again. At most 63 bytes, PostgreSQL's limit.
struct StageLabel {
  std::string job;  // StageJob
  Run run = 0;
  CheckpointId checkpoint = 0;
  uint32_t writer = 0;
  std::string target;  // full name; only its hash is in the name

  std::string ToName() const;
  static std::string Prefix(std::string_view job);                // of all stages of the job
  static std::optional<StageLabel> Parse(std::string_view name);  // without `target`
};
std::string StageJob(std::string_view job_id);  // 12 hexadecimal digits

// One staged table of a checkpoint, complete: a restarted job needs nothing else to commit it.
struct StagedTable {
  std::string target;  // for messages
  std::string schema;  // where the stage lies: a database of MySQL, a schema of PostgreSQL
  std::string stage;   // its name there
  uint64_t rows = 0;
  std::vector<std::string> merge;  // statements

  friend bool operator==(const StagedTable&, const StagedTable&) = default;
};

// What one writer prepared for a checkpoint.
struct StagedWork {
  Run run = 0;
  uint32_t writer = 0;
  std::vector<StagedTable> tables;

  friend bool operator==(const StagedWork&, const StagedWork&) = default;
};
Prepared EncodeWork(const StagedWork& work);  // without tables: empty
Result<StagedWork> DecodeWork(std::string_view bytes);
// Of all writers; empty pieces are left out.
Result<std::vector<StagedWork>> DecodeAll(std::span<const Prepared> work);

}  // namespace sluice::jdbc
