// SPDX-License-Identifier: Apache-2.0
// Manifest: everything a job needs to go on from one checkpoint. JobRecord: the one small value
// whose conditional replacement publishes checkpoints, raises runs and confirms commits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/reader.h"
#include "api/sink.h"
#include "base/bytes.h"
#include "base/status.h"

namespace sluice {

// Prepared work of a published checkpoint that is not known to be committed.
struct PendingCommit {
  CheckpointId id = 0;
  std::vector<Prepared> work;  // non-empty pieces only

  friend bool operator==(const PendingCommit&, const PendingCommit&) = default;
};

struct Manifest {
  CheckpointId id = 0;
  Run run = 0;
  int64_t wall_micros = 0;             // when it was taken
  Bytes enumerator;                    // SplitEnumerator::Save
  std::vector<Split> splits;           // unfinished splits that readers held
  std::vector<PendingCommit> pending;  // in order; the last one is this checkpoint's own
  std::vector<uint64_t>
      counters;  // metrics that survive restarts, in the order of engine/metrics.h

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

Bytes EncodeManifest(const Manifest& manifest);
Result<Manifest> DecodeManifest(std::string_view bytes);

// A run whose labels may still be in the target.
struct RunRecord {
  Run run = 0;
  uint32_t writers = 0;
  uint64_t unseen = 0;  // checkpoints that it may have published in records that were damaged

  friend bool operator==(const RunRecord&, const RunRecord&) = default;
};

// Where a checkpoint's body lies.
struct BodyRef {
  CheckpointId id = 0;
  std::string name;  // empty: there is none; `id` then only says which numbers are used up
  uint64_t checksum = 0;

  friend bool operator==(const BodyRef&, const BodyRef&) = default;
};

struct JobRecord {
  uint64_t version = 0;  // grows with each replacement
  Term term = 0;         // the leader that wrote it
  std::string job_id;    // random at creation; part of every label
  std::string identity;  // of source and sink; another one does not resume
  Run run = 0;
  std::vector<RunRecord> runs;  // that may have left something in the target, oldest first
  BodyRef latest;
  BodyRef confirmed;  // the newest checkpoint whose commits are all known to be done
  BodyRef previous;   // the confirmed one before it, in case that its body is damaged
  bool finished = false;
  // Checksum of the savepoint that the job went back to, until it ends with a last checkpoint; 0:
  // it did not.
  uint64_t restored = 0;

  friend bool operator==(const JobRecord&, const JobRecord&) = default;
};

// Each of `damaged` newer records may have raised the run, marked it or published a checkpoint:
// skips those numbers, and has what they may have left looked for.
void PassDamaged(JobRecord& record, uint64_t damaged, uint32_t writers);

Bytes EncodeJobRecord(const JobRecord& record);
Result<JobRecord> DecodeJobRecord(std::string_view bytes);

}  // namespace sluice
