// SPDX-License-Identifier: Apache-2.0
#include "cli/phase_hook.h"

#include <fmt/format.h>

#include "base/logging.h"

namespace sluice::cli {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(5);
constexpr Duration kHoldMax = std::chrono::minutes(5);  // a test that died must not hold a job

class NoHook : public PhaseHook {
 public:
  void Reach(const char* /*phase*/, CheckpointId /*id*/) override {}
};

}  // namespace

void FilePhaseHook::Trace(const std::string& line) {
  const std::lock_guard lock(mutex_);
  auto file = env_.OpenForAppend(dir_ + "/trace");
  const Status status = file ? (*file)->Append(line) : file.error();
  if (!status.ok()) LogWarn(status.In("writing the trace of phases").ToString());
}

void FilePhaseHook::TellHeld(const char* phase, CheckpointId id) {
  const std::lock_guard lock(mutex_);
  // Renamed into place, so that a test never reads half of it.
  const std::string at = fmt::format("{}/at-{}", dir_, phase);
  Status status = env_.WriteFile(at + ".new", fmt::format("{}", id));
  if (status.ok()) status = env_.Rename(at + ".new", at);
  if (!status.ok()) LogWarn(status.In("telling that a phase was reached").ToString());
}

void FilePhaseHook::Reach(const char* phase, CheckpointId id) {
  Trace(fmt::format("{} {}\n", phase, id));
  const std::string hold = fmt::format("{}/hold-{}", dir_, phase);
  if (!env_.Exists(hold)) return;
  TellHeld(phase, id);
  const Deadline until = env_.Now() + kHoldMax;
  while (env_.Exists(hold) && env_.Now() < until) env_.Sleep(kPoll);
}

std::unique_ptr<PhaseHook> MakePhaseHook(Env& env, const char* dir) {
  if (dir == nullptr || *dir == '\0') return std::make_unique<NoHook>();
  return std::make_unique<FilePhaseHook>(env, dir);
}

}  // namespace sluice::cli
