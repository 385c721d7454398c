// SPDX-License-Identifier: Apache-2.0
#include "file/sink.h"

#include <fmt/format.h>

#include "file/file_names.h"
#include "file/writer.h"
#include "io/staged_files.h"

namespace sluice::file {
namespace {

constexpr char kWhere[] = "sink 'LocalFile'";

class FileCommitter final : public Committer {
 public:
  FileCommitter(Context& ctx, std::vector<std::string> transactions)
      : env_(ctx.env), job_id_(ctx.job_id), transactions_(std::move(transactions)) {}

  Status Commit(CheckpointId /*id*/, std::span<const Prepared> work) override {
    std::string lost;
    for (const Prepared& piece : work) {
      ASSIGN_OR_RETURN(const std::vector<PreparedFiles> tables, DecodeFiles(piece));
      for (const PreparedFiles& table : tables) {
        const Status status = CommitFiles(env_, table);
        if (status.code() == Code::kCommitLost) {
          lost += fmt::format("{}{}", lost.empty() ? "" : "; ", status.message());
        } else {
          RETURN_IF_ERROR(status);
        }
      }
    }
    return lost.empty() ? Status() : Status(Code::kCommitLost, lost);
  }

  Status AbortOrphans(const OrphanRange& range) override {
    for (const std::string& folder : transactions_) {
      RETURN_IF_ERROR(AbortFiles(env_, folder, job_id_, range));
    }
    return {};
  }

 private:
  Env& env_;
  const std::string job_id_;
  const std::vector<std::string> transactions_;
};

bool Inside(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

}  // namespace

std::string FileSink::Identity() const {
  return fmt::format("LocalFile {} by {}", options_.path, options_.tmp_path.value_or("itself"));
}

Result<TablePath> FileSink::Target(const Schema& table) const {
  ASSIGN_OR_RETURN(std::string folder, TargetFolder(options_, table));
  return TablePath{"", "", std::move(folder)};
}

bool FileSink::replay_converges(std::string* why) const {
  if (why != nullptr) *why = "rows are appended to files, where one written again is there twice";
  return false;
}

Status FileSink::Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) {
  TargetTables targets;
  for (const SchemaRef& schema : tables) {
    RETURN_IF_ERROR(ctx.cancel.Check());
    ASSIGN_OR_RETURN(TargetTable target, MakeTarget(options_, *schema, ctx.job_id));
    RETURN_IF_ERROR(PrepareFolder(ctx.env, target, fresh));
    targets[schema->path] = std::move(target);
  }
  const std::lock_guard lock(mutex_);
  for (auto& [path, target] : targets) tables_.insert_or_assign(path, std::move(target));
  return {};
}

Status FileSink::PrepareFolder(Env& env, const TargetTable& target, bool fresh) const {
  if (options_.tmp_path && Inside(*options_.tmp_path, target.folder)) {
    return {Code::kInvalidConfig,
            fmt::format("{}: tmp_path = {} lies in path = {}, where its files would be read before "
                        "they are committed: choose a folder beside it, or leave tmp_path out",
                        kWhere, *options_.tmp_path, target.folder)};
  }
  if (fresh) RETURN_IF_ERROR(ApplySaveModes(env, target.folder));
  RETURN_IF_ERROR(MakeDurableFolder(env, target.folder));
  RETURN_IF_ERROR(MakeDurableFolder(env, target.transactions));
  ASSIGN_OR_RETURN(const FileFacts place, env.Stat(target.folder));
  ASSIGN_OR_RETURN(const FileFacts aside, env.Stat(target.transactions));
  if (place.device == aside.device) return {};
  return {Code::kInvalidConfig,
          fmt::format("{}: tmp_path = {} lies on another file system than path = {}, and a rename "
                      "cannot move files between them: choose a folder on the same one, or leave "
                      "tmp_path out",
                      kWhere, options_.tmp_path.value_or(""), target.folder)};
}

Status FileSink::ApplySaveModes(Env& env, const std::string& folder) const {
  if (!env.Exists(folder)) {
    if (options_.schema_save_mode != SchemaSaveMode::kErrorWhenMissing) return {};
    return {Code::kInvalidConfig,
            fmt::format("{}: the folder {} does not exist, and schema_save_mode is "
                        "ERROR_WHEN_SCHEMA_NOT_EXIST",
                        kWhere, folder)};
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, env.List(folder));
  const bool empties = options_.schema_save_mode == SchemaSaveMode::kRecreate ||
                       options_.data_save_mode == DataSaveMode::kDrop;
  for (const std::string& name : names) {
    if (name == kTmpFolder) continue;  // other jobs may have work in it
    if (empties) {
      RETURN_IF_ERROR(env.RemoveTree(fmt::format("{}/{}", folder, name)));
    } else if (options_.data_save_mode == DataSaveMode::kErrorWhenData && !name.starts_with('.')) {
      return {Code::kInvalidConfig, fmt::format("{}: the folder {} holds {}, and data_save_mode is "
                                                "ERROR_WHEN_DATA_EXISTS",
                                                kWhere, folder, name)};
    }
  }
  return {};
}

Result<std::unique_ptr<Writer>> FileSink::Open(Context& ctx, uint32_t writer) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<FileWriter>(ctx, options_, writer, tables_);
}

Result<std::unique_ptr<Committer>> FileSink::OpenCommitter(Context& ctx) {
  std::vector<std::string> transactions;
  const std::lock_guard lock(mutex_);
  for (const auto& [path, target] : tables_) transactions.push_back(target.transactions);
  return std::make_unique<FileCommitter>(ctx, std::move(transactions));
}

}  // namespace sluice::file
