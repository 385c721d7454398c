// SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoint_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/checksum.h"
#include "base/probe.h"
#include "engine/planted.h"

namespace sluice {
namespace {

constexpr std::string_view kRecordPrefix = "record-";
constexpr std::string_view kBodyPrefix = "checkpoint-";
constexpr std::string_view kAside = ".tmp";  // until a file is whole
constexpr size_t kRecordsKept = 2;

std::string RecordName(uint64_t version) {
  return fmt::format("{}{}", kRecordPrefix, version);
}

// The number after `prefix` in a file's name; 0 when it is another kind of file.
uint64_t NumberOf(std::string_view name, std::string_view prefix) {
  uint64_t number = 0;
  if (!name.starts_with(prefix)) return 0;
  const char* begin = name.data() + prefix.size();
  const auto [end, error] = std::from_chars(begin, name.data() + name.size(), number);
  const bool whole = end == name.data() + name.size() || *end == '-';
  return error == std::errc() && whole ? number : 0;
}

std::set<std::string> BodiesOf(const JobRecord& record) {
  return {record.latest.name, record.confirmed.name, record.previous.name};
}

bool SameOwner(const JobRecord& stored, const JobRecord& expected) {
  return stored.version == expected.version && stored.term == expected.term &&
         stored.run == expected.run && stored.latest == expected.latest;
}

}  // namespace

Status CheckpointStore::Lock() {
  RETURN_IF_ERROR(env_.MakeDirs(dir_));
  auto lock = env_.Lock(Path("lock"));
  if (!lock && lock.error().code() != Code::kFenced) {
    return lock.error().In("locking the state directory");
  }
  if (!lock) {
    return {Code::kFenced,
            fmt::format("this job is already running ({}); give the second one a state directory "
                        "of its own with --state",
                        lock.error().message())};
  }
  lock_ = std::move(*lock);
  return {};
}

Result<LoadedRecord> CheckpointStore::Load() {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, env_.List(dir_));
  std::vector<uint64_t> versions;
  for (const std::string& name : names) {
    if (const uint64_t version = NumberOf(name, kRecordPrefix); version != 0) {
      versions.push_back(version);
    }
  }
  if (versions.empty()) return Fail(Code::kNotFound, "no job record in " + dir_);
  std::ranges::sort(versions, std::greater<>());
  uint64_t torn = 0;
  for (const uint64_t version : versions) {
    ASSIGN_OR_RETURN(const std::string bytes, env_.ReadFile(Path(RecordName(version))));
    if (auto record = DecodeJobRecord(bytes)) return LoadedRecord{std::move(*record), torn};
    ++torn;
  }
  return Fail(
      Code::kCorruption,
      fmt::format("every job record in {} is damaged; start with --fresh or another --state",
                  dir_));
}

Status CheckpointStore::WriteDurably(const std::string& name, std::string_view bytes) {
  const std::string aside = Path(name + std::string(kAside));
  RETURN_IF_ERROR(env_.WriteFile(aside, bytes));
  RETURN_IF_ERROR(env_.Rename(aside, Path(name)));
  return env_.SyncDir(dir_);
}

Status CheckpointStore::Create(const JobRecord& record) {
  return WriteDurably(RecordName(record.version), EncodeJobRecord(record));
}

Status CheckpointStore::SetRecordsAside() {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, env_.List(dir_));
  for (const std::string& name : names) {
    if (NumberOf(name, kRecordPrefix) == 0) continue;
    RETURN_IF_ERROR(env_.Rename(Path(name), Path("damaged-" + name)));
  }
  return env_.SyncDir(dir_);
}

Status CheckpointStore::Replace(const ReplaceRecord& command) {
  ASSIGN_OR_RETURN(const LoadedRecord stored, Load());
  if (!SameOwner(stored.record, command.expected) && !Planted(Bug::kPublishNotFenced)) {
    Probe("record of another run");
    return {Code::kFenced, "the job record was replaced by another run"};
  }
  const JobRecord& next = command.next;
  if (command.body) {
    if (Planted(Bug::kManifestInTwoPuts)) {
      ASSIGN_OR_RETURN(Manifest half, DecodeManifest(*command.body));
      half.pending.clear();
      JobRecord first = next;
      const Bytes body = EncodeManifest(half);
      first.latest.name += "-half";
      first.latest.checksum = Hash64(body);
      RETURN_IF_ERROR(WriteDurably(first.latest.name, body));
      RETURN_IF_ERROR(WriteDurably(RecordName(first.version), EncodeJobRecord(first)));
    }
    RETURN_IF_ERROR(WriteDurably(next.latest.name, *command.body));
  }
  return WriteDurably(RecordName(next.version), EncodeJobRecord(next));
}

Result<Bytes> CheckpointStore::LoadBody(const BodyRef& body) {
  auto bytes = env_.ReadFile(Path(body.name));
  if (!bytes && bytes.error().code() == Code::kNotFound) {
    return Fail(Code::kCorruption, body.name + " is missing");
  }
  if (!bytes) return Fail(bytes.error());
  if (Hash64(*bytes) != body.checksum) {
    Probe("torn body");
    return Fail(Code::kCorruption, body.name + " fails its checksum");
  }
  return bytes;
}

Result<Manifest> CheckpointStore::LoadManifest(const BodyRef& body) {
  ASSIGN_OR_RETURN(const Bytes bytes, LoadBody(body));
  return DecodeManifest(bytes);
}

Status CheckpointStore::Prune(const JobRecord& record, size_t keep) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, env_.List(dir_));
  std::vector<std::pair<uint64_t, std::string>> bodies;
  std::set<std::string> needed = BodiesOf(record);
  for (const std::string& name : names) {
    if (name.ends_with(kAside)) {  // a write that was cut short; nothing is written now
      Probe("half a file removed");
      RETURN_IF_ERROR(env_.RemoveFile(Path(name)));
      continue;
    }
    const uint64_t version = NumberOf(name, kRecordPrefix);
    if (version != 0 && version + kRecordsKept <= record.version) {
      RETURN_IF_ERROR(env_.RemoveFile(Path(name)));
    } else if (version != 0) {
      // Should the newest record be damaged, the one before it is gone on from.
      ASSIGN_OR_RETURN(const std::string bytes, env_.ReadFile(Path(name)));
      if (const auto kept = DecodeJobRecord(bytes)) needed.merge(BodiesOf(*kept));
    }
    // What follows the confirmed checkpoint is published and will be confirmed itself, or its
    // publication may still be on its way.
    const uint64_t id = NumberOf(name, kBodyPrefix);
    if (id != 0 && id <= record.confirmed.id) bodies.emplace_back(id, name);
  }
  std::erase_if(bodies, [&](const auto& body) { return needed.contains(body.second); });
  std::ranges::sort(bodies, std::greater<>());
  for (size_t i = keep; i < bodies.size(); ++i) {
    RETURN_IF_ERROR(env_.RemoveFile(Path(bodies[i].second)));
  }
  return {};
}

Status CheckpointStore::BeginHealing() {
  return WriteDurably(kHealing, "the targets of this job are being healed\n");
}

Status CheckpointStore::EndHealing() {
  if (!healing()) return {};
  RETURN_IF_ERROR(env_.RemoveFile(Path(kHealing)));
  return env_.SyncDir(dir_);
}

}  // namespace sluice
