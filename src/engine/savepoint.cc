// SPDX-License-Identifier: Apache-2.0
#include "engine/savepoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/checksum.h"
#include "base/logging.h"

namespace sluice {
namespace {

constexpr char kRecord[] = "/record";
constexpr char kBody[] = "/checkpoint";
constexpr Run kRunsApart = Run{1} << 30U;

std::string Folder(const std::string& dir) {
  return dir + "/savepoints";
}

// A file in a directory that is not used before its last file is there.
Status Write(Env& env, const std::string& path, std::string_view bytes) {
  const std::string aside = path + ".tmp";
  RETURN_IF_ERROR(env.WriteFile(aside, bytes));
  return env.Rename(aside, path);
}

Result<Savepoint> ReadAt(Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string record, env.ReadFile(path + kRecord));
  Savepoint out{path, {}, {}};
  ASSIGN_OR_RETURN(out.record, DecodeJobRecord(record));
  ASSIGN_OR_RETURN(out.body, env.ReadFile(path + kBody));
  if (Hash64(out.body) == out.record.latest.checksum) return out;
  return Fail(Code::kCorruption, fmt::format("the savepoint {} fails its checksum", path));
}

}  // namespace

Status RefuseWhileHealing(const CheckpointStore& store, const std::string& dir) {
  if (!store.healing()) return {};
  return {Code::kInvalidConfig,
          fmt::format("the targets of the job in {} are being healed, and hold neither what they "
                      "held nor what the source holds: take the savepoint once that is over",
                      dir)};
}

Result<Savepoint> TakeSavepoint(Env& env, CheckpointStore& store, const std::string& dir) {
  RETURN_IF_ERROR(RefuseWhileHealing(store, dir));
  auto loaded = store.Load();
  if (!loaded && loaded.error().code() == Code::kNotFound) {
    return Fail(Code::kInvalidConfig, "there is no job in " + dir);
  }
  if (!loaded) return Fail(loaded.error());
  const JobRecord& record = loaded->record;
  if (record.finished) {
    return Fail(Code::kInvalidConfig,
                "the job in " + dir + " has finished: there is nothing to go on from");
  }
  // A job that went back to a savepoint and was stopped before it read anything is still there.
  const bool went_back = record.restored != 0 && record.restored == record.latest.checksum;
  if (record.latest.name.empty() || (record.confirmed != record.latest && !went_back)) {
    return Fail(Code::kInvalidConfig,
                fmt::format("the last run of the job in {} ended without a last checkpoint: run it "
                            "again, and take the savepoint while it runs",
                            dir));
  }
  const CheckpointId id = record.latest.id;
  Savepoint out{fmt::format("{}/{}", Folder(dir), id), record, {}};
  ASSIGN_OR_RETURN(out.body, store.LoadBody(record.latest));
  RETURN_IF_ERROR(env.MakeDirs(out.path));
  RETURN_IF_ERROR(Write(env, out.path + kBody, out.body));
  RETURN_IF_ERROR(Write(env, out.path + kRecord, EncodeJobRecord(record)));
  RETURN_IF_ERROR(env.SyncDir(out.path));
  RETURN_IF_ERROR(env.SyncDir(Folder(dir)));
  RETURN_IF_ERROR(env.SyncDir(dir));
  return out;
}

Result<Savepoint> ReadSavepoint(Env& env, const std::string& dir, const std::string& name) {
  for (const std::string& path : {Folder(dir) + "/" + name, name}) {
    if (env.Exists(path + kRecord)) return ReadAt(env, path);
  }
  std::vector<std::string> there;
  if (env.Exists(Folder(dir))) {
    ASSIGN_OR_RETURN(there, env.List(Folder(dir)));
  }
  return Fail(Code::kNotFound,
              fmt::format("there is no savepoint {} in {}{}", name, Folder(dir),
                          there.empty() ? ", and no other either"
                                        : fmt::format("; there are: {}", fmt::join(there, ", "))));
}

Result<JobRecord> Restore(CheckpointStore& store, const Savepoint& savepoint, uint32_t writers,
                          uint64_t random) {
  auto loaded = store.Load();
  if (!loaded && loaded.error().code() != Code::kNotFound) return Fail(loaded.error());
  const bool known = loaded.has_value();
  JobRecord record = known ? loaded->record : savepoint.record;
  if (known && record.job_id != savepoint.record.job_id) {
    return Fail(Code::kInvalidConfig,
                fmt::format("the state directory holds another job than the savepoint {}: restore "
                            "into an empty one with --state DIR",
                            savepoint.path));
  }
  const CheckpointId saved = savepoint.record.latest.id;
  if (known && record.latest.id > saved) {
    LogWarn(
        fmt::format("the target has rows of checkpoints {} to {}, behind the savepoint: they come "
                    "again, which only a target that upserts by key makes harmless",
                    saved + 1, record.latest.id));
  }
  if (known && record.identity != savepoint.record.identity) {
    LogWarn(fmt::format("the state directory was of {}: that is forgotten", record.identity));
  }
  if (known) PassDamaged(record, loaded->torn, writers);
  JobRecord before = record;
  if (!known) {
    // The job may have gone on elsewhere behind the savepoint: which runs and checkpoints it used
    // there is not known, and work under their names would count as committed. Already the first
    // record has its runs far from all of them: what is cut behind it finds a record.
    before.run = record.run += kRunsApart + random % kRunsApart;
    before.version = 1;
    before.latest = before.confirmed = {saved, "", 0};
    before.previous = {};
    RETURN_IF_ERROR(store.Create(before));
  } else {
    before = loaded->record;
  }
  JobRecord next = record;
  next.version = std::max(record.version, before.version) + 1;
  next.run = std::max(record.run, savepoint.record.run);
  next.identity = savepoint.record.identity;
  const CheckpointId id = std::max(record.latest.id, saved);
  next.latest = {id, fmt::format("checkpoint-{}-run-{}-restored-{}", id, next.run, saved),
                 Hash64(savepoint.body)};
  // What is published and not committed since is rolled back: it comes again.
  next.confirmed = {known ? std::max(record.confirmed.id, saved) : saved, "", 0};
  next.previous = {};
  next.restored = savepoint.record.latest.checksum;
  next.finished = false;
  RETURN_IF_ERROR(store.Replace({0, before, next, savepoint.body}));
  return next;
}

}  // namespace sluice
