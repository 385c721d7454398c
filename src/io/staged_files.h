// SPDX-License-Identifier: Apache-2.0
// Files that become visible with their checkpoint: those of one table, writer and checkpoint wait
// in a folder of their own, a transaction, for being renamed into the target.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/sink.h"

namespace sluice {

// Whose a transaction is.
struct TransactionParts {
  Run run = 0;
  uint32_t writer = 0;
  CheckpointId checkpoint = 0;

  friend bool operator==(const TransactionParts&, const TransactionParts&) = default;
};
// The name of its folder: T_<job id>_<run>_<writer>_<checkpoint>.
std::string TransactionId(std::string_view job_id, const TransactionParts& parts);
// Nothing when `name` is no TransactionId of this job.
std::optional<TransactionParts> ParseTransactionId(std::string_view job_id, std::string_view name);

struct PreparedFiles {
  std::string table;
  std::string from;                // the folder of the transaction
  std::string to;                  // the folder of the target
  std::vector<std::string> files;  // relative to both

  friend bool operator==(const PreparedFiles&, const PreparedFiles&) = default;
};

Prepared EncodeFiles(const std::vector<PreparedFiles>& work);  // empty when there is no file
Result<std::vector<PreparedFiles>> DecodeFiles(const Prepared& prepared);

// Makes the files visible and durable so; twice equals once. A file that is in neither folder is
// kCommitLost, told with all others. Blocks on the disk.
Status CommitFiles(Env& env, const PreparedFiles& work);
// Removes the transactions of the range that lie in `folder`, which need not be there. Blocks.
Status AbortFiles(Env& env, const std::string& folder, std::string_view job_id,
                  const OrphanRange& range);
// Makes a folder so that it survives a crash of the machine. Blocks.
Status MakeDurableFolder(Env& env, const std::string& folder);

// The folder that holds `path`.
std::string ParentOf(const std::string& path);
// Adds the folders from that of `base`/`file` up to `base`.
void AddFolders(const std::string& base, const std::string& file, std::set<std::string>& folders);

}  // namespace sluice
