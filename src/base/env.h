// SPDX-License-Identifier: Apache-2.0
// Env: everything the machine gives us that is not a pure function: clocks, sleeping, random
// numbers and files.
//
// Production uses Env::Default(). Tests and the simulator pass their own, so that faults and time
// are theirs. Nothing outside src/base reads a clock, sleeps or opens a file (tests/tidy checks
// it). All methods may be called from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace sluice {

using Duration = std::chrono::microseconds;

// A point on the monotonic clock of an Env, in microseconds since an arbitrary start.
struct TimePoint {
  int64_t micros = 0;
  friend auto operator<=>(TimePoint, TimePoint) = default;
  friend TimePoint operator+(TimePoint t, Duration d) { return {t.micros + d.count()}; }
  friend Duration operator-(TimePoint a, TimePoint b) { return Duration(a.micros - b.micros); }
};
using Deadline = TimePoint;

// An open directory lock; released when destroyed or when the process ends, however it ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// A file being appended to. Owned and used by one thread at a time.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  virtual Status Sync() = 0;  // on return the bytes survive a crash of the machine
};

// A file being read at any place. One thread at a time.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  // Puts the bytes from `offset` on into `out`, as many as fit; fewer only at the end of the file.
  virtual Result<size_t> ReadAt(uint64_t offset, std::span<char> out) = 0;
};

// What the file system tells of a file or folder.
struct FileFacts {
  uint64_t size = 0;
  int64_t modified_micros = 0;  // since 1970-01-01 UTC
  uint64_t device = 0;          // equal on one file system: a rename can move between such paths
  bool is_folder = false;
};

class Env {
 public:
  virtual ~Env() = default;
  static Env& Default();

  virtual TimePoint Now() = 0;       // monotonic
  virtual int64_t WallMicros() = 0;  // since 1970-01-01 UTC
  virtual void Sleep(
      Duration d) = 0;            // for back-off outside of task code; prefer a queue's deadline
  virtual uint64_t Random() = 0;  // 64 unpredictable bits; names things, never secures them

  virtual Result<std::string> ReadFile(const std::string& path) = 0;  // kNotFound when absent
  // Creates or truncates `path`, writes and fsyncs it. Not atomic: write aside, then Rename.
  virtual Status WriteFile(const std::string& path, std::string_view bytes) = 0;
  virtual Result<std::unique_ptr<AppendFile>> OpenForAppend(const std::string& path) = 0;
  // Atomic replacement on one file system; durable once SyncDir of the parent returned.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status SyncDir(const std::string& path) = 0;
  virtual Status RemoveFile(const std::string& path) = 0;  // absent is OK
  virtual Status MakeDirs(const std::string& path) = 0;
  virtual Result<std::vector<std::string>> List(const std::string& dir) = 0;  // names, sorted
  virtual bool Exists(const std::string& path) = 0;
  // What files as sources and targets need besides. An Env of a test that has no such files need
  // not give them: then kUnsupported.
  virtual Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path);
  virtual Result<FileFacts> Stat(const std::string& path);  // follows links; kNotFound when absent
  virtual Status RemoveTree(const std::string& path);       // with all below it; absent is OK
  // kFenced when another process holds it; the message names that process where known.
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
};

}  // namespace sluice
