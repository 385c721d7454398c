// SPDX-License-Identifier: Apache-2.0
#include "base/env.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

namespace sluice {
namespace {

Status ErrnoStatus(std::string_view what, const std::string& path) {
  const int error = errno;
  const Code code = error == ENOENT ? Code::kNotFound : Code::kUnavailable;
  return {code, fmt::format("{} {}: {}", what, path, std::strerror(error))};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus("write", path);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

class PosixAppendFile final : public AppendFile {
 public:
  PosixAppendFile(int fd, std::string path) : file_(fd), path_(std::move(path)) {}
  Status Append(std::string_view bytes) override { return WriteAll(file_.get(), bytes, path_); }
  Status Sync() override {
    return ::fsync(file_.get()) == 0 ? Status() : ErrnoStatus("fsync", path_);
  }

 private:
  Descriptor file_;
  std::string path_;
};

class PosixReadableFile final : public ReadableFile {
 public:
  PosixReadableFile(int fd, std::string path) : file_(fd), path_(std::move(path)) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<char> out) override {
    size_t have = 0;
    while (have < out.size()) {
      const ssize_t n = ::pread(file_.get(), out.data() + have, out.size() - have,
                                static_cast<off_t>(offset + have));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Fail(ErrnoStatus("read", path_));
      if (n == 0) break;
      have += static_cast<size_t>(n);
    }
    return have;
  }

 private:
  Descriptor file_;
  std::string path_;
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(int fd) : file_(fd) {}

 private:
  Descriptor file_;
};

class PosixEnv final : public Env {
 public:
  TimePoint Now() override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<Duration>(now).count()};
  }
  int64_t WallMicros() override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Duration>(now).count();
  }
  void Sleep(Duration d) override { std::this_thread::sleep_for(d); }
  uint64_t Random() override {
    thread_local std::random_device device;
    return (uint64_t{device()} << 32U) | device();
  }

  Result<std::string> ReadFile(const std::string& path) override {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return Fail(ErrnoStatus("open", path));
    std::string bytes;
    char buffer[1 << 16];
    while (true) {
      const ssize_t n = ::read(file.get(), buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Fail(ErrnoStatus("read", path));
      if (n == 0) return bytes;
      bytes.append(buffer, static_cast<size_t>(n));
    }
  }

  Status WriteFile(const std::string& path, std::string_view bytes) override {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0) return ErrnoStatus("create", path);
    RETURN_IF_ERROR(WriteAll(file.get(), bytes, path));
    return ::fsync(file.get()) == 0 ? Status() : ErrnoStatus("fsync", path);
  }

  Result<std::unique_ptr<AppendFile>> OpenForAppend(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) return Fail(ErrnoStatus("open", path));
    return std::make_unique<PosixAppendFile>(fd, path);
  }

  Status Rename(const std::string& from, const std::string& to) override {
    return ::rename(from.c_str(), to.c_str()) == 0 ? Status() : ErrnoStatus("rename", from);
  }

  Status SyncDir(const std::string& path) override {
    const Descriptor dir(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (dir.get() < 0) return ErrnoStatus("open", path);
    return ::fsync(dir.get()) == 0 ? Status() : ErrnoStatus("fsync", path);
  }

  Status RemoveFile(const std::string& path) override {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return ErrnoStatus("remove", path);
  }

  Status MakeDirs(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (!error) return {};
    return {Code::kUnavailable, fmt::format("create folder {}: {}", path, error.message())};
  }

  Result<std::vector<std::string>> List(const std::string& dir) override {
    std::error_code error;
    std::vector<std::string> names;
    for (auto it = std::filesystem::directory_iterator(dir, error);
         !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
      names.push_back(it->path().filename().string());
    }
    if (error) return Fail(Code::kUnavailable, fmt::format("list {}: {}", dir, error.message()));
    std::ranges::sort(names);
    return names;
  }

  bool Exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Fail(ErrnoStatus("open", path));
    return std::make_unique<PosixReadableFile>(fd, path);
  }

  Result<FileFacts> Stat(const std::string& path) override {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0) return Fail(ErrnoStatus("look at", path));
    constexpr int64_t kMicros = 1'000'000;
    return FileFacts{
        .size = static_cast<uint64_t>(facts.st_size),
        .modified_micros = facts.st_mtim.tv_sec * kMicros + facts.st_mtim.tv_nsec / 1000,
        .device = facts.st_dev,
        .is_folder = S_ISDIR(facts.st_mode)};
  }

  Status RemoveTree(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (!error) return {};
    return {Code::kUnavailable, fmt::format("remove {}: {}", path, error.message())};
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return Fail(ErrnoStatus("open", path));
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) {
        const Status status = ErrnoStatus("lock", path);
        ::close(fd);
        return Fail(status);
      }
      char owner[32] = {};
      const ssize_t n = ::pread(fd, owner, sizeof owner - 1, 0);
      ::close(fd);
      return Fail(Code::kFenced, fmt::format("{} is locked by process {}", path,
                                             n > 0 ? std::string_view(owner) : "?"));
    }
    auto lock = std::make_unique<PosixLock>(fd);
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(fd, 0) != 0) return Fail(ErrnoStatus("truncate", path));
    RETURN_IF_ERROR(WriteAll(fd, pid, path));
    return lock;
  }
};

}  // namespace

Result<std::unique_ptr<ReadableFile>> Env::OpenForRead(const std::string& path) {
  return Fail(Code::kUnsupported, fmt::format("open {}: there are no such files here", path));
}

Result<FileFacts> Env::Stat(const std::string& path) {
  return Fail(Code::kUnsupported, fmt::format("look at {}: there are no such files here", path));
}

Status Env::RemoveTree(const std::string& path) {
  return {Code::kUnsupported, fmt::format("remove {}: there are no folders here", path)};
}

Env& Env::Default() {
  static PosixEnv env;
  return env;
}

}  // namespace sluice
