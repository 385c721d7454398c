// SPDX-License-Identifier: Apache-2.0
// FilePhaseHook: lets a test outside of the process see and hold the phases of a job, through files
// in one directory:
//
//   DIR/trace         one line "<phase> <id>" for each phase reached
//   DIR/hold-<phase>  made by the test: who reaches the phase waits until it is gone
//   DIR/at-<phase>    made while somebody waits there; holds the id
#pragma once

#include <memory>
#include <string>

#include "api/context.h"
#include "base/sync.h"

namespace sluice::cli {

class FilePhaseHook : public PhaseHook {
 public:
  FilePhaseHook(Env& env, std::string dir) : env_(env), dir_(std::move(dir)) {}
  void Reach(const char* phase, CheckpointId id) override;

 private:
  void Trace(const std::string& line);
  void TellHeld(const char* phase, CheckpointId id);

  Env& env_;
  std::string dir_;
  Mutex mutex_;  // of the files that are written
};

// The hook of the directory that the environment variable SLUICE_TEST_PHASES names, or one that
// does nothing.
std::unique_ptr<PhaseHook> MakePhaseHook(Env& env, const char* dir);

}  // namespace sluice::cli
