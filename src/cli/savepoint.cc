// SPDX-License-Identifier: Apache-2.0
// savepoint: a running job is stopped with a last checkpoint, which is kept.
#include "engine/savepoint.h"

#include <fmt/format.h>
#include <signal.h>

#include "base/lock_owner.h"
#include "base/logging.h"
#include "cli/commands.h"
#include "cli/json_report.h"
#include "cli/report.h"
#include "cli/state_dir.h"
#include "cli/watcher.h"

namespace sluice::cli {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(50);
constexpr Duration kTellEvery = std::chrono::seconds(5);

// Until the job has ended and the store is ours. The job was asked once; it stops even when this
// process is stopped meanwhile.
Status StopJob(Env& env, CheckpointStore& store, const SavepointArgs& args) {
  Status status = store.Lock();
  if (status.code() != Code::kFenced) return status;
  const pid_t pid = LockOwner(args.state_dir + "/lock");
  if (pid <= 0) return status.In("looking for the process that runs the job");
  if (kill(pid, kLastCheckpointSignal) != 0) {
    return {Code::kUnavailable,
            fmt::format("process {} runs the job and takes no signal from this account", pid)};
  }
  LogInfo(fmt::format("process {} was asked for a last checkpoint", pid));
  const TimePoint begin = env.Now();
  TimePoint tell = begin + kTellEvery;
  while (true) {
    status = store.Lock();
    if (status.code() != Code::kFenced) return status;
    const TimePoint now = env.Now();
    if (now - begin > std::chrono::seconds(args.timeout_seconds)) {
      return {Code::kTimeout,
              fmt::format("process {} has not stopped within {} s; it will once its checkpoint is "
                          "committed: take the savepoint then",
                          pid, args.timeout_seconds)};
    }
    if (now >= tell) {
      LogInfo(fmt::format("process {} has not stopped yet", pid));
      tell = now + kTellEvery;
    }
    env.Sleep(kPoll);
  }
}

Result<Savepoint> Take(const SavepointArgs& args, Env& env) {
  if (!env.Exists(args.state_dir)) {
    return Fail(Code::kInvalidConfig, "there is no job in " + args.state_dir);
  }
  CheckpointStore store(env, args.state_dir);
  RETURN_IF_ERROR(RefuseWhileHealing(store, args.state_dir));  // before the job is stopped for it
  RETURN_IF_ERROR(StopJob(env, store, args));
  return sluice::TakeSavepoint(env, store, args.state_dir);
}

}  // namespace

int TakeSavepoint(const SavepointArgs& args, World& world) {
  // It holds the job's lock for a moment, in which another one may take it for the job.
  (void)std::signal(kLastCheckpointSignal, SIG_IGN);
  SavepointArgs own = args;
  if (own.state_dir.empty()) own.state_dir = StateDir(args.name);
  const auto taken = Take(own, world.env);
  if (!taken) {
    if (args.json) world.out << ErrorJson(taken.error()) << '\n';
    if (!args.json) world.err << ErrorBlock(taken.error());
    return kExitFailed;
  }
  if (args.json) {
    world.out << SavepointJson(*taken) << '\n';
  } else {
    world.out << fmt::format("savepoint {} in {}\ngo on from it with: sluice run -c JOB -r {}\n",
                             taken->record.latest.id, taken->path, taken->record.latest.id);
  }
  return kExitOk;
}

}  // namespace sluice::cli
