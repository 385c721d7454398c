// SPDX-License-Identifier: Apache-2.0
// What is prepared for one table and checkpoint: files that wait in a folder of their own for being
// renamed into the target.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "api/sink.h"

namespace sluice::file {

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

// The folder that holds `path`.
std::string ParentOf(const std::string& path);
// Adds the folders from that of `base`/`file` up to `base`.
void AddFolders(const std::string& base, const std::string& file, std::set<std::string>& folders);

}  // namespace sluice::file
