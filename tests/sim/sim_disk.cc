// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_disk.h"

#include <utility>

#include "base/check.h"

namespace sluice::sim {
namespace {

Status DiskError(const char* what, const std::string& name) {
  return {Code::kUnavailable, fmt::format("{} {}: input/output error", what, name)};
}

}  // namespace

std::optional<JobRecord> SimDisk::NewestRecord() const {
  std::optional<JobRecord> newest;
  for (const auto& [name, bytes] : files_) {
    if (!name.starts_with("record-") || name.ends_with(".tmp")) continue;
    auto record = DecodeJobRecord(bytes);
    if (record && (!newest || record->version > newest->version)) newest = std::move(*record);
  }
  return newest;
}

void SimDisk::LosePower() {
  std::set<std::string> names;
  for (const auto& [name, bytes] : files_) names.insert(name);
  for (const auto& [name, bytes] : durable_) names.insert(name);
  for (const std::string& name : names) {
    const auto now = files_.find(name);
    const auto then = durable_.find(name);
    const bool same = now != files_.end() && then != durable_.end() && now->second == then->second;
    if (same || world_.dice.Chance(0.5)) continue;
    world_.Trace("disk: {} was not synced and falls back", name);
    world_.Probe("unsynced change lost");
    if (then == durable_.end()) {
      files_.erase(name);
    } else {
      files_[name] = then->second;
    }
  }
  durable_ = files_;
}

bool SimDisk::Damage(const std::string& name) {
  const auto file = files_.find(name);
  if (file == files_.end()) return false;
  std::string& bytes = file->second;
  const auto at = static_cast<size_t>(world_.dice.Below(bytes.size()));
  if (world_.dice.Chance(0.5)) {
    bytes.resize(at);
  } else {
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
  }
  durable_[name] = bytes;
  world_.Trace("disk: {} is damaged", name);
  return true;
}

bool SimDisk::Enter() {
  const Fiber* self = Fiber::Current();
  if (inside_ == self) return false;
  while (inside_ != nullptr) {
    waiting_.push_back(Waker::ForCurrent());
    Threads::Current()->Wait();
  }
  inside_ = self;
  return true;
}

void SimDisk::Leave(const Fiber* fiber) {
  if (inside_ != fiber) return;
  inside_ = nullptr;
  for (const Waker& waker : std::exchange(waiting_, {})) waker.WakeSoon();
}

void DiskEnv::Begin() {
  Threads* threads = Threads::Current();
  threads->CheckAlive();
  CHECK(!threads->dead());  // or a destructor changes the disk
  if (!disk_.Enter()) return;
  const bool stalls = disk_.scenario_.Happens(world_, disk_.scenario_.store_stall);
  if (stalls) threads->Sleep(world_.Millis(10, 3000));
}

void DiskEnv::Wait() {
  const bool stalls = disk_.scenario_.Happens(world_, disk_.scenario_.disk_stall);
  Threads::Current()->Sleep(stalls ? world_.Millis(100, 5000) : world_.Micros(20, 2000));
}

void DiskEnv::Effect() {
  on_effect_();
  Wait();
}

Result<std::string> DiskEnv::ReadFile(const std::string& path) {
  Begin();
  Wait();
  if (Fails()) return Fail(DiskError("read", path));
  const auto file = disk_.files_.find(Name(path));
  if (file == disk_.files_.end()) return Fail(Code::kNotFound, path + " does not exist");
  return file->second;
}

Status DiskEnv::WriteFile(const std::string& path, std::string_view bytes) {
  Begin();
  // Half first: a crash may come before the rest.
  disk_.files_[Name(path)] = bytes.substr(0, world_.dice.Below(bytes.size() + 1));
  Effect();
  if (Fails()) return DiskError("write", path);
  disk_.files_[Name(path)] = bytes;
  on_write_(bytes);
  Effect();
  return {};
}

Result<std::unique_ptr<AppendFile>> DiskEnv::OpenForAppend(const std::string& path) {
  return Fail(Code::kUnsupported, path + ": the simulated disk appends to nothing");
}

Status DiskEnv::Rename(const std::string& from, const std::string& to) {
  Begin();
  const bool fails = Fails();
  const bool acts = !fails || world_.dice.Chance(0.3);  // a failure may have had its effect
  if (acts) {
    auto node = disk_.files_.extract(Name(from));
    if (node.empty()) return {Code::kNotFound, from + " does not exist"};
    disk_.files_[Name(to)] = std::move(node.mapped());
    world_.Trace("disk: {} written", Name(to));
  }
  Effect();
  return fails ? DiskError("rename", from) : Status();
}

Status DiskEnv::SyncDir(const std::string& path) {
  Begin();
  if (Fails()) return DiskError("fsync", path);
  disk_.durable_ = disk_.files_;
  if (disk_.on_sync) disk_.on_sync();
  Effect();
  return {};
}

Status DiskEnv::RemoveFile(const std::string& path) {
  Begin();
  if (Fails()) return DiskError("remove", path);
  if (disk_.on_remove) disk_.on_remove(Name(path));
  disk_.files_.erase(Name(path));
  Effect();
  return {};
}

Status DiskEnv::MakeDirs(const std::string& /*path*/) {
  return {};
}

Result<std::vector<std::string>> DiskEnv::List(const std::string& dir) {
  Begin();
  Wait();
  if (Fails()) return Fail(DiskError("list", dir));
  std::vector<std::string> names;
  for (const auto& [name, bytes] : disk_.files_) names.push_back(name);
  return names;
}

bool DiskEnv::Exists(const std::string& path) {
  return disk_.files_.contains(Name(path));
}

Result<std::unique_ptr<FileLock>> DiskEnv::Lock(const std::string& /*path*/) {
  return std::make_unique<FileLock>();
}

}  // namespace sluice::sim
