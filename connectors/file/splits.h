// SPDX-License-Identifier: Apache-2.0
// What the LocalFile source saves: files that are not handed out yet, and how far one was read.
#pragma once

#include <string>
#include <vector>

#include "api/reader.h"
#include "data/schema.h"
#include "file/file_list.h"

namespace sluice::file {

// A place between two rows. Of text: bytes of it as UTF-8, unpacked, and the line; of parquet: the
// group and the row in it.
struct Place {
  uint64_t at = 0;
  uint64_t row = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

// A file to read, or the rest of it.
struct FileSplit {
  uint64_t number = 0;  // among all files of the job
  uint64_t table = 0;
  FileEntry file;
  Place next;

  friend bool operator==(const FileSplit&, const FileSplit&) = default;
};
Split EncodeSplit(const FileSplit& split);
Result<FileSplit> DecodeSplit(const Split& split);

// A table as it was when the job began.
struct FoundTable {
  SchemaRef schema;                         // of the rows
  std::vector<std::string> partition_keys;  // of its last columns
};

struct SourceState {
  std::vector<FoundTable> tables;
  std::vector<FileSplit> files;  // in the order in which they are handed out
  uint64_t handed_out = 0;       // of `files`; those before are not kept
  uint64_t finished = 0;
  uint64_t total = 0;
};
Bytes EncodeState(const SourceState& state);
Result<SourceState> DecodeState(const Bytes& bytes);

}  // namespace sluice::file
