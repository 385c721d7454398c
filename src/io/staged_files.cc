// SPDX-License-Identifier: Apache-2.0
#include "io/staged_files.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice {
namespace {

constexpr uint64_t kVersion = 1;

Result<bool> IsThere(Env& env, const std::string& path) {
  const auto facts = env.Stat(path);
  if (facts) return true;
  if (facts.error().code() == Code::kNotFound) return false;
  return Fail(facts.error());
}

bool TakeNumber(std::string_view& text, uint64_t& value) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr == text.data()) return false;
  text.remove_prefix(static_cast<size_t>(parsed.ptr - text.data()));
  return true;
}

}  // namespace

std::string TransactionId(std::string_view job_id, const TransactionParts& parts) {
  return fmt::format("T_{}_{}_{}_{}", job_id, parts.run, parts.writer, parts.checkpoint);
}

std::optional<TransactionParts> ParseTransactionId(std::string_view job_id, std::string_view name) {
  const std::string begin = fmt::format("T_{}_", job_id);
  if (!name.starts_with(begin)) return std::nullopt;
  std::string_view rest = name.substr(begin.size());
  TransactionParts parts;
  uint64_t writer = 0;
  const auto mark = [&] {
    if (!rest.starts_with('_')) return false;
    rest.remove_prefix(1);
    return true;
  };
  if (!TakeNumber(rest, parts.run) || !mark() || !TakeNumber(rest, writer) || !mark() ||
      !TakeNumber(rest, parts.checkpoint) || !rest.empty()) {
    return std::nullopt;
  }
  parts.writer = static_cast<uint32_t>(writer);
  return parts;
}

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

Status AbortFiles(Env& env, const std::string& folder, std::string_view job_id,
                  const OrphanRange& range) {
  auto names = env.List(folder);
  if (!names && !env.Exists(folder)) return {};
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const auto parts = ParseTransactionId(job_id, name);
    const bool orphan = parts && parts->run == range.run && parts->writer < range.writers &&
                        parts->checkpoint >= range.first && parts->checkpoint <= range.last;
    if (orphan) RETURN_IF_ERROR(env.RemoveTree(fmt::format("{}/{}", folder, name)));
  }
  return {};
}

Status MakeDurableFolder(Env& env, const std::string& folder) {
  std::vector<std::string> made;
  for (std::string at = folder; !env.Exists(at) && at != "." && at != "/"; at = ParentOf(at)) {
    made.push_back(at);
  }
  RETURN_IF_ERROR(env.MakeDirs(folder));
  for (const std::string& at : made) RETURN_IF_ERROR(env.SyncDir(ParentOf(at)));
  return {};
}

}  // namespace sluice
