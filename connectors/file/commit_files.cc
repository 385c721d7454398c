// SPDX-License-Identifier: Apache-2.0
#include "file/commit_files.h"

#include <fmt/format.h>

namespace sluice::file {
namespace {

constexpr uint64_t kVersion = 1;

Result<bool> IsThere(Env& env, const std::string& path) {
  const auto facts = env.Stat(path);
  if (facts) return true;
  if (facts.error().code() == Code::kNotFound) return false;
  return Fail(facts.error());
}

}  // namespace

Prepared EncodeFiles(const std::vector<PreparedFiles>& work) {
  size_t count = 0;
  for (const PreparedFiles& table : work) count += table.files.empty() ? 0 : 1;
  if (count == 0) return {};
  ByteWriter out;
  out.U64(kVersion).U64(count);
  for (const PreparedFiles& table : work) {
    if (table.files.empty()) continue;
    out.Str(table.table).Str(table.from).Str(table.to).U64(table.files.size());
    for (const std::string& file : table.files) out.Str(file);
  }
  return std::move(out).Take();
}

Result<std::vector<PreparedFiles>> DecodeFiles(const Prepared& prepared) {
  std::vector<PreparedFiles> work;
  if (prepared.empty()) return work;
  ByteReader in(prepared);
  if (in.U64() != kVersion) in.Refuse();
  for (uint64_t n = in.Count(); n > 0; --n) {
    PreparedFiles table{in.Str(), in.Str(), in.Str(), {}};
    for (uint64_t files = in.Count(); files > 0; --files) table.files.push_back(in.Str());
    work.push_back(std::move(table));
  }
  RETURN_IF_ERROR(in.Finish("the prepared files of LocalFile"));
  return work;
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

void AddFolders(const std::string& base, const std::string& file, std::set<std::string>& folders) {
  folders.insert(base);
  for (size_t slash = file.rfind('/'); slash != std::string::npos && slash > 0;
       slash = file.rfind('/', slash - 1)) {
    folders.insert(fmt::format("{}/{}", base, file.substr(0, slash)));
  }
}

Status CommitFiles(Env& env, const PreparedFiles& work) {
  std::string lost;
  std::set<std::string> folders;
  for (const std::string& file : work.files) {
    const std::string from = fmt::format("{}/{}", work.from, file);
    const std::string to = fmt::format("{}/{}", work.to, file);
    ASSIGN_OR_RETURN(const bool waits, IsThere(env, from));
    if (waits) {
      RETURN_IF_ERROR(env.MakeDirs(ParentOf(to)));
      RETURN_IF_ERROR(env.Rename(from, to));
    } else {
      ASSIGN_OR_RETURN(const bool done, IsThere(env, to));
      if (!done) {
        lost += fmt::format("{}{}", lost.empty() ? "" : ", ", to);
        continue;
      }
    }
    AddFolders(work.to, file, folders);
  }
  for (const std::string& folder : folders) RETURN_IF_ERROR(env.SyncDir(folder));
  if (!lost.empty()) {
    return {Code::kCommitLost, fmt::format("table {}: files are neither in {} nor in place: {}",
                                           work.table, work.from, lost)};
  }
  return env.RemoveTree(work.from);
}

}  // namespace sluice::file
