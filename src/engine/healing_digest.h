// SPDX-License-Identifier: Apache-2.0
// TableDigest: what a table held, as hashes: sorted by key, and for each row a bit that says
// whether it was met since.
//
// 32 bytes a row. A small table's digest stays in memory; a larger one is sorted in runs, merged
// into a file, and found again block by block. In memory remain one bit a row and an index of
// bounded size. The files live no longer than the process that made them needs them: nothing of
// them is durable state.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "base/env.h"

namespace sluice {

struct DigestEntry {
  Hash128 key;
  Hash128 row;  // kUnlike: equal to no row

  friend bool operator==(const DigestEntry&, const DigestEntry&) = default;
};
inline constexpr Hash128 kUnlike{};

class TableDigest {
 public:
  // Of entries sorted by key, each key once.
  explicit TableDigest(std::vector<DigestEntry> entries);
  // Of a file that holds `rows` such entries; `index` has the first key of every block of
  // `block_rows`. The file is removed with the digest.
  TableDigest(Env& env, std::string path, uint64_t rows, std::vector<Hash128> index,
              uint64_t block_rows);
  ~TableDigest();
  TableDigest(const TableDigest&) = delete;
  TableDigest& operator=(const TableDigest&) = delete;

  uint64_t rows() const { return rows_; }
  bool in_file() const { return !path_.empty(); }

  // Any thread. `place`: as DigestReader finds it.
  bool seen(uint64_t place) const;
  bool MarkSeen(uint64_t place);  // whether it was seen before
  void Unmark(uint64_t place);

 private:
  friend class DigestReader;

  Env* env_ = nullptr;
  std::string path_;                  // empty: in memory
  std::vector<DigestEntry> entries_;  // in memory
  uint64_t rows_ = 0;
  std::vector<Hash128> index_;
  uint64_t block_rows_ = 0;
  std::vector<std::atomic<uint64_t>> seen_;  // a bit a row
};

// Finds entries. One thread; as many readers of one digest as one likes.
class DigestReader {
 public:
  explicit DigestReader(std::shared_ptr<TableDigest> digest) : digest_(std::move(digest)) {}

  struct Found {
    uint64_t place = 0;
    Hash128 row;
  };
  // Nothing: the table did not hold the key. An error is the disk's.
  Result<std::optional<Found>> Find(const Hash128& key);
  TableDigest& digest() const { return *digest_; }
  const std::shared_ptr<TableDigest>& shared() const { return digest_; }

 private:
  Status Load(uint64_t block);

  std::shared_ptr<TableDigest> digest_;
  std::unique_ptr<ReadableFile> file_;
  std::optional<uint64_t> loaded_;  // the block in `entries_`
  std::vector<DigestEntry> entries_;
};

// Takes the entries of a table in any order. One thread.
class DigestBuilder {
 public:
  // `path`: of the file, should there be one; runs are put beside it. At most `rows_in_memory`
  // entries are held.
  DigestBuilder(Env& env, std::string path, size_t rows_in_memory);
  ~DigestBuilder();
  DigestBuilder(const DigestBuilder&) = delete;
  DigestBuilder& operator=(const DigestBuilder&) = delete;

  Status Add(const DigestEntry& entry);
  uint64_t rows() const { return rows_; }
  // A key that came several times equals no row. At most `rows_kept` entries stay in memory, more
  // make a file. Call once.
  Result<std::shared_ptr<TableDigest>> Finish(size_t rows_kept);

 private:
  Status WriteRun();
  Result<std::shared_ptr<TableDigest>> Merge();
  std::string RunPath(size_t run) const;

  Env& env_;
  const std::string path_;
  const size_t rows_in_memory_;
  std::vector<DigestEntry> entries_;
  std::vector<uint64_t> runs_;  // rows of each
  uint64_t rows_ = 0;
};

}  // namespace sluice
