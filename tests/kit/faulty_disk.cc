// SPDX-License-Identifier: Apache-2.0
#include "kit/faulty_disk.h"

namespace sluice::kit {
namespace {

class FaultyAppendFile final : public AppendFile {
 public:
  FaultyAppendFile(std::unique_ptr<AppendFile> real, std::string path, Faults& faults)
      : real_(std::move(real)), path_(std::move(path)), faults_(faults) {}
  Status Append(std::string_view bytes) override {
    return faults_.CallStatus("append to " + path_, [&] { return real_->Append(bytes); });
  }
  Status Sync() override {
    return faults_.CallStatus("sync " + path_, [&] { return real_->Sync(); });
  }

 private:
  std::unique_ptr<AppendFile> real_;
  const std::string path_;
  Faults& faults_;
};

class FaultyReadableFile final : public ReadableFile {
 public:
  FaultyReadableFile(std::unique_ptr<ReadableFile> real, std::string path, Faults& faults)
      : real_(std::move(real)), path_(std::move(path)), faults_(faults) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<char> out) override {
    return faults_.Call<size_t>("read " + path_, [&] { return real_->ReadAt(offset, out); });
  }

 private:
  std::unique_ptr<ReadableFile> real_;
  const std::string path_;
  Faults& faults_;
};

}  // namespace

Result<std::string> FaultyDisk::ReadFile(const std::string& path) {
  return faults_.Call<std::string>("read " + path, [&] { return real_.ReadFile(path); });
}

Status FaultyDisk::WriteFile(const std::string& path, std::string_view bytes) {
  return faults_.CallStatus("write " + path, [&] { return real_.WriteFile(path, bytes); });
}

Result<std::unique_ptr<AppendFile>> FaultyDisk::OpenForAppend(const std::string& path) {
  ASSIGN_OR_RETURN(auto file, faults_.Call<std::unique_ptr<AppendFile>>(
                                  "open " + path, [&] { return real_.OpenForAppend(path); }));
  return std::make_unique<FaultyAppendFile>(std::move(file), path, faults_);
}

Status FaultyDisk::Rename(const std::string& from, const std::string& to) {
  return faults_.CallStatus("rename to " + to, [&] { return real_.Rename(from, to); });
}

Status FaultyDisk::SyncDir(const std::string& path) {
  return faults_.CallStatus("sync " + path, [&] { return real_.SyncDir(path); });
}

Status FaultyDisk::RemoveFile(const std::string& path) {
  return faults_.CallStatus("remove " + path, [&] { return real_.RemoveFile(path); });
}

Status FaultyDisk::MakeDirs(const std::string& path) {
  return faults_.CallStatus("make " + path, [&] { return real_.MakeDirs(path); });
}

Result<std::vector<std::string>> FaultyDisk::List(const std::string& dir) {
  return faults_.Call<std::vector<std::string>>("list " + dir, [&] { return real_.List(dir); });
}

Result<std::unique_ptr<ReadableFile>> FaultyDisk::OpenForRead(const std::string& path) {
  ASSIGN_OR_RETURN(auto file, faults_.Call<std::unique_ptr<ReadableFile>>(
                                  "open " + path, [&] { return real_.OpenForRead(path); }));
  return std::make_unique<FaultyReadableFile>(std::move(file), path, faults_);
}

Result<FileFacts> FaultyDisk::Stat(const std::string& path) {
  return faults_.Call<FileFacts>("look at " + path, [&] { return real_.Stat(path); });
}

Status FaultyDisk::RemoveTree(const std::string& path) {
  return faults_.CallStatus("remove " + path, [&] { return real_.RemoveTree(path); });
}

Result<std::unique_ptr<FileLock>> FaultyDisk::Lock(const std::string& path) {
  return real_.Lock(path);
}

}  // namespace sluice::kit
