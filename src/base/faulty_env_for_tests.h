// SPDX-License-Identifier: Apache-2.0
// FaultyEnv: a real machine whose disk fails when told.
#pragma once

#include <atomic>
#include <string>

#include "base/env.h"

namespace sluice {

// Everything goes to Env::Default(), but for writes while a fault is planted. Any thread.
class FaultyEnv final : public Env {
 public:
  // The next so many changes of the disk fail; negative: all from now on.
  std::atomic<int> failing_writes{0};
  // So many succeed before.
  std::atomic<int> good_writes{0};
  // The next whole file is cut in half, and said to be written: what a crash of the machine leaves.
  std::atomic<bool> tear_next_write{false};

  TimePoint Now() override { return real_.Now(); }
  int64_t WallMicros() override { return real_.WallMicros(); }
  void Sleep(Duration d) override { real_.Sleep(d); }
  uint64_t Random() override { return real_.Random(); }
  Result<std::string> ReadFile(const std::string& path) override { return real_.ReadFile(path); }
  Status WriteFile(const std::string& path, std::string_view bytes) override {
    RETURN_IF_ERROR(Fault(path));
    const bool torn = tear_next_write.exchange(false);
    return real_.WriteFile(path, torn ? bytes.substr(0, bytes.size() / 2) : bytes);
  }
  Result<std::unique_ptr<AppendFile>> OpenForAppend(const std::string& path) override {
    RETURN_IF_ERROR(Fault(path));
    return real_.OpenForAppend(path);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    RETURN_IF_ERROR(Fault(to));
    return real_.Rename(from, to);
  }
  Status SyncDir(const std::string& path) override {
    RETURN_IF_ERROR(Fault(path));
    return real_.SyncDir(path);
  }
  Status RemoveFile(const std::string& path) override { return real_.RemoveFile(path); }
  Status MakeDirs(const std::string& path) override { return real_.MakeDirs(path); }
  Result<std::vector<std::string>> List(const std::string& dir) override { return real_.List(dir); }
  bool Exists(const std::string& path) override { return real_.Exists(path); }
  Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override {
    return real_.OpenForRead(path);
  }
  Result<FileFacts> Stat(const std::string& path) override { return real_.Stat(path); }
  Status RemoveTree(const std::string& path) override { return real_.RemoveTree(path); }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    return real_.Lock(path);
  }

 private:
  Status Fault(const std::string& path) {
    if (failing_writes == 0) return {};
    if (good_writes > 0) {
      --good_writes;
      return {};
    }
    if (failing_writes > 0) --failing_writes;
    return {Code::kUnavailable, "write " + path + ": No space left on device"};
  }

  Env& real_ = Env::Default();
};

}  // namespace sluice
