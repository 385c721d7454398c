// SPDX-License-Identifier: Apache-2.0
// SimDisk: one directory that outlives processes. What is written without a sync of the directory
// may be lost with the power; writes can fail, with or without an effect; a crash in the middle of
// one leaves half a file. DiskEnv is one process' view of it, and its clocks.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "engine/manifest.h"
#include "sim/scenario.h"
#include "sim/threads.h"
#include "sim/world.h"

namespace sluice::sim {

class SimDisk {
 public:
  using Files = std::map<std::string, std::string>;

  SimDisk(World& world, const Scenario& scenario) : world_(world), scenario_(scenario) {}

  // Called after each sync of the directory.
  std::function<void()> on_sync;
  // Called before a file goes.
  std::function<void(const std::string& name)> on_remove;

  const Files& durable() const { return durable_; }
  // The one that a process which starts now would load; none when none can be read.
  std::optional<JobRecord> NewestRecord() const;
  // Each name whose change was not synced keeps it or loses it.
  void LosePower();
  // Cuts or flips the contents of a file behind everybody's back. False: no such file.
  bool Damage(const std::string& name);

  // What a thread does here without waiting for anything else is one operation. Those of different
  // processes do not mix: the lock of the directory sees to that.
  void Leave(const Fiber* fiber);

 private:
  friend class DiskEnv;
  bool Enter();  // true: the operation begins here

  World& world_;
  const Scenario& scenario_;
  const Fiber* inside_ = nullptr;
  std::vector<Waker> waiting_;
  Files files_;
  Files durable_;
};

class DiskEnv final : public Env {
 public:
  // `on_effect` is called after everything that changes the disk, `on_write` with every file that
  // is written.
  DiskEnv(World& world, SimDisk& disk, const Duration& clock_error, std::function<void()> on_effect,
          std::function<void(std::string_view)> on_write)
      : world_(world),
        disk_(disk),
        clock_error_(clock_error),
        on_effect_(std::move(on_effect)),
        on_write_(std::move(on_write)) {}

  TimePoint Now() override { return world_.now; }
  int64_t WallMicros() override { return (world_.now + clock_error_).micros; }
  void Sleep(Duration d) override { Threads::Current()->WaitFor(d); }
  uint64_t Random() override { return world_.dice.Next(); }

  Result<std::string> ReadFile(const std::string& path) override;
  Status WriteFile(const std::string& path, std::string_view bytes) override;
  Result<std::unique_ptr<AppendFile>> OpenForAppend(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status SyncDir(const std::string& path) override;
  Status RemoveFile(const std::string& path) override;
  Status MakeDirs(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& dir) override;
  bool Exists(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;

 private:
  static std::string Name(const std::string& path) { return path.substr(path.rfind('/') + 1); }
  bool Fails() const { return disk_.scenario_.Happens(world_, disk_.scenario_.disk_error); }
  void Begin();
  void Wait();
  void Effect();

  World& world_;
  SimDisk& disk_;
  const Duration& clock_error_;
  const std::function<void()> on_effect_;
  const std::function<void(std::string_view)> on_write_;
};

}  // namespace sluice::sim
