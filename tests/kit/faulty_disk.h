// SPDX-License-Identifier: Apache-2.0
// FaultyDisk: the Env of the process, with faults at every call that touches a file.
#pragma once

#include "base/env.h"
#include "kit/faults.h"

namespace sluice::kit {

class FaultyDisk final : public Env {
 public:
  explicit FaultyDisk(Faults& faults) : real_(Env::Default()), faults_(faults) {}

  TimePoint Now() override { return real_.Now(); }
  int64_t WallMicros() override { return real_.WallMicros(); }
  void Sleep(Duration d) override { real_.Sleep(d); }
  uint64_t Random() override { return real_.Random(); }

  Result<std::string> ReadFile(const std::string& path) override;
  Status WriteFile(const std::string& path, std::string_view bytes) override;
  Result<std::unique_ptr<AppendFile>> OpenForAppend(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status SyncDir(const std::string& path) override;
  Status RemoveFile(const std::string& path) override;
  Status MakeDirs(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& dir) override;
  bool Exists(const std::string& path) override { return real_.Exists(path); }
  Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override;
  Result<FileFacts> Stat(const std::string& path) override;
  Status RemoveTree(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;

 private:
  Env& real_;
  Faults& faults_;
};

}  // namespace sluice::kit
