// SPDX-License-Identifier: Apache-2.0
#include "io/file_transaction.h"

#include <fmt/format.h>

#include <set>

namespace sluice {
namespace {

constexpr size_t kOpenMax = 64;  // file handles; rows in many folders take turns

}  // namespace

void FileTransaction::Append(const std::string& file, std::string bytes) {
  setup_.unsent += bytes.size();
  setup_.pool.Run(setup_.strand, [self = shared_from_this(), file, bytes = std::move(bytes)] {
    self->Run([&] { return self->Write(file, bytes); });
    self->setup_.unsent -= bytes.size();
    self->setup_.ctx.wake();
  });
}

void FileTransaction::Prepare() {
  setup_.pool.Run(setup_.strand, [self = shared_from_this()] {
    self->Run([&] { return self->Finish(); });
    self->setup_.ctx.wake();
  });
}

Result<std::optional<PreparedFiles>> FileTransaction::Poll() const {
  const std::lock_guard lock(mutex_);
  if (!status_.ok()) return Fail(status_);
  if (!prepared_) return std::nullopt;
  return setup_.work;
}

// Nothing runs after a failure.
void FileTransaction::Run(const std::function<Status()>& step) {
  {
    const std::lock_guard lock(mutex_);
    if (!status_.ok()) return;
  }
  const Status status = step();
  if (status.ok()) return;
  const std::lock_guard lock(mutex_);
  status_ = status.In(fmt::format("writing files of table {}", setup_.work.table));
}

Result<AppendFile*> FileTransaction::Open(const std::string& file) {
  auto& handle = files_[file];
  if (handle) return handle.get();
  if (open_ >= kOpenMax) {
    for (auto& [name, other] : files_) other.reset();
    open_ = 0;
  }
  const std::string path = fmt::format("{}/{}", setup_.work.from, file);
  RETURN_IF_ERROR(setup_.ctx.env.MakeDirs(ParentOf(path)));
  ASSIGN_OR_RETURN(handle, setup_.ctx.env.OpenForAppend(path));
  ++open_;
  return handle.get();
}

Status FileTransaction::Write(const std::string& file, const std::string& bytes) {
  ASSIGN_OR_RETURN(AppendFile* const handle, Open(file));
  return handle->Append(bytes);
}

Status FileTransaction::Finish() {
  setup_.ctx.phases.Reach("sealed", setup_.checkpoint);
  std::set<std::string> folders = {setup_.transactions};
  for (auto& [file, handle] : files_) {
    // Also what was closed on the way: a sync is one of the file, whoever wrote it.
    ASSIGN_OR_RETURN(AppendFile* const open, Open(file));
    RETURN_IF_ERROR(open->Sync());
    handle.reset();
    --open_;
    setup_.work.files.push_back(file);
    AddFolders(setup_.work.from, file, folders);
  }
  for (const std::string& folder : folders) RETURN_IF_ERROR(setup_.ctx.env.SyncDir(folder));
  if (setup_.visible_at_once) {
    RETURN_IF_ERROR(CommitFiles(setup_.ctx.env, setup_.work));
    setup_.work.files.clear();
  }
  const std::lock_guard lock(mutex_);
  prepared_ = true;
  return {};
}

}  // namespace sluice
