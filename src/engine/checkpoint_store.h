// SPDX-License-Identifier: Apache-2.0
// CheckpointStore: checkpoints of one job in a local directory.
//
//   DIR/lock                    held by the process that runs the job
//   DIR/record-<version>        JobRecord; the highest readable version counts, the one before it
//   is kept DIR/checkpoint-<id>-run-<r> body of a checkpoint (engine/manifest.h)
//   DIR/healing                 there while the targets are being healed (engine/healing.h)
//
// A file is written aside, fsynced, renamed and its directory fsynced: under its final name it is
// whole, or the disk lied, which its checksum shows. Blocking; one thread at a time (the engine's
// store thread).
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "engine/job_machine.h"

namespace sluice {

class CheckpointStore {
 public:
  CheckpointStore(Env& env, std::string dir) : env_(env), dir_(std::move(dir)) {}

  // Creates the directory and takes its lock for the life of this object. kFenced: another process
  // runs the job.
  Status Lock();
  // The newest readable record; kNotFound when there is none at all; kCorruption when none can be
  // read.
  Result<LoadedRecord> Load();
  // The first record of a job. REQUIRES: Load said kNotFound.
  Status Create(const JobRecord& record);
  // Gives every record another name, so that Load says kNotFound. For records that cannot be read.
  Status SetRecordsAside();
  // See ReplaceRecord in job_machine.h. kFenced: the stored record is another one; nothing was
  // changed.
  Status Replace(const ReplaceRecord& command);
  // kCorruption when the body is missing or torn; likewise its bytes.
  Result<Manifest> LoadManifest(const BodyRef& body);
  Result<Bytes> LoadBody(const BodyRef& body);
  // Removes records older than the last two, and bodies that `record` and the records left do not
  // need, but for the newest `keep`.
  Status Prune(const JobRecord& record, size_t keep);

  // Until EndHealing every start begins to heal anew. Durable on return. Both may be repeated.
  Status BeginHealing();
  Status EndHealing();
  bool healing() const { return env_.Exists(Path(kHealing)); }

 private:
  static constexpr char kHealing[] = "healing";

  Status WriteDurably(const std::string& name, std::string_view bytes);
  std::string Path(const std::string& name) const { return dir_ + "/" + name; }

  Env& env_;
  std::string dir_;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace sluice
