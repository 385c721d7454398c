// SPDX-License-Identifier: Apache-2.0
#include "engine/healing_digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <queue>
#include <type_traits>

namespace sluice {
namespace {

constexpr size_t kEntryBytes = sizeof(DigestEntry);
static_assert(kEntryBytes == 32 && std::is_trivially_copyable_v<DigestEntry>);
constexpr uint64_t kBlockRowsMin = 128;             // a page
constexpr uint64_t kIndexMax = uint64_t{1} << 19U;  // 8 MiB of keys
constexpr size_t kReadRows = 2048;                  // of a run at once, while they are merged
constexpr size_t kWriteBytes = size_t{1} << 20U;

uint64_t Words(uint64_t rows) {
  return (rows + 63) / 64;
}

std::string_view BytesOf(const std::vector<DigestEntry>& entries) {
  return {reinterpret_cast<const char*>(entries.data()), entries.size() * kEntryBytes};
}

bool ByKey(const DigestEntry& a, const DigestEntry& b) {
  return a.key < b.key;
}

// Entries of a sorted sequence, each key once.
void Append(const DigestEntry& entry, std::vector<DigestEntry>& out) {
  if (!out.empty() && out.back().key == entry.key) {
    out.back().row = kUnlike;
  } else {
    out.push_back(entry);
  }
}

// Reads `rows` entries from `place` on.
Status ReadRows(ReadableFile& file, uint64_t place, uint64_t rows, const std::string& path,
                std::vector<DigestEntry>& out) {
  out.resize(rows);
  const std::span<char> bytes(reinterpret_cast<char*>(out.data()), rows * kEntryBytes);
  ASSIGN_OR_RETURN(const size_t read, file.ReadAt(place * kEntryBytes, bytes));
  if (read == bytes.size()) return {};
  return {Code::kCorruption, path + " was cut short"};
}

// One sorted run, from its beginning to its end.
class Run {
 public:
  Run(std::unique_ptr<ReadableFile> file, std::string path, uint64_t rows)
      : file_(std::move(file)), path_(std::move(path)), left_(rows) {}

  // False: it is at its end. REQUIRES: the last call said true, if there was one.
  Result<bool> Next() {
    if (++at_ < entries_.size()) return true;
    if (left_ == 0) return false;
    const uint64_t rows = std::min<uint64_t>(left_, kReadRows);
    RETURN_IF_ERROR(ReadRows(*file_, place_, rows, path_, entries_));
    place_ += rows;
    left_ -= rows;
    at_ = 0;
    return true;
  }
  const DigestEntry& entry() const { return entries_[at_]; }

 private:
  std::unique_ptr<ReadableFile> file_;
  std::string path_;
  uint64_t left_;
  uint64_t place_ = 0;
  std::vector<DigestEntry> entries_;
  size_t at_ = 0;
};

// The merged file as it is written, with its index.
class Merged {
 public:
  Merged(std::unique_ptr<AppendFile> file, uint64_t rows_max)
      : block_rows(std::max(kBlockRowsMin, (rows_max + kIndexMax - 1) / kIndexMax)),
        file_(std::move(file)) {}

  Status Add(const DigestEntry& entry) {
    // The last entry stays: the next one may have its key.
    if (waiting_.size() * kEntryBytes >= kWriteBytes && waiting_.back().key != entry.key) {
      RETURN_IF_ERROR(Write());
    }
    Append(entry, waiting_);
    return {};
  }
  Status Write() {
    for (const DigestEntry& entry : waiting_) {
      if (rows++ % block_rows == 0) index.push_back(entry.key);
    }
    RETURN_IF_ERROR(file_->Append(BytesOf(waiting_)));
    waiting_.clear();
    return {};
  }

  const uint64_t block_rows;
  uint64_t rows = 0;
  std::vector<Hash128> index;

 private:
  std::unique_ptr<AppendFile> file_;
  std::vector<DigestEntry> waiting_;
};

}  // namespace

TableDigest::TableDigest(std::vector<DigestEntry> entries)
    : entries_(std::move(entries)), rows_(entries_.size()), seen_(Words(rows_)) {}

TableDigest::TableDigest(Env& env, std::string path, uint64_t rows, std::vector<Hash128> index,
                         uint64_t block_rows)
    : env_(&env),
      path_(std::move(path)),
      rows_(rows),
      index_(std::move(index)),
      block_rows_(block_rows),
      seen_(Words(rows)) {}

TableDigest::~TableDigest() {
  // What is left is removed by the next healing.
  if (in_file()) (void)env_->RemoveFile(path_);
}

bool TableDigest::seen(uint64_t place) const {
  return ((seen_[place / 64].load() >> (place % 64)) & 1U) != 0;
}

bool TableDigest::MarkSeen(uint64_t place) {
  const uint64_t bit = uint64_t{1} << (place % 64);
  return (seen_[place / 64].fetch_or(bit) & bit) != 0;
}

void TableDigest::Unmark(uint64_t place) {
  seen_[place / 64].fetch_and(~(uint64_t{1} << (place % 64)));
}

Status DigestReader::Load(uint64_t block) {
  if (loaded_ == block) return {};
  loaded_.reset();
  if (!file_) {
    ASSIGN_OR_RETURN(file_, digest_->env_->OpenForRead(digest_->path_));
  }
  const uint64_t place = block * digest_->block_rows_;
  const uint64_t rows = std::min(digest_->block_rows_, digest_->rows_ - place);
  RETURN_IF_ERROR(ReadRows(*file_, place, rows, digest_->path_, entries_));
  loaded_ = block;
  return {};
}

Result<std::optional<DigestReader::Found>> DigestReader::Find(const Hash128& key) {
  const std::vector<DigestEntry>* entries = &digest_->entries_;
  uint64_t first = 0;
  if (digest_->in_file()) {
    const auto behind = std::ranges::upper_bound(digest_->index_, key);
    if (behind == digest_->index_.begin()) return std::optional<Found>();
    const auto block = static_cast<uint64_t>(behind - digest_->index_.begin()) - 1;
    RETURN_IF_ERROR(Load(block).In("looking a row up"));
    entries = &entries_;
    first = block * digest_->block_rows_;
  }
  const auto at = std::ranges::lower_bound(*entries, key, {}, &DigestEntry::key);
  if (at == entries->end() || at->key != key) return std::optional<Found>();
  return Found{first + static_cast<uint64_t>(at - entries->begin()), at->row};
}

DigestBuilder::DigestBuilder(Env& env, std::string path, size_t rows_in_memory)
    : env_(env), path_(std::move(path)), rows_in_memory_(rows_in_memory) {}

DigestBuilder::~DigestBuilder() {
  for (size_t run = 0; run < runs_.size(); ++run) (void)env_.RemoveFile(RunPath(run));
}

std::string DigestBuilder::RunPath(size_t run) const {
  return fmt::format("{}-{}", path_, run);
}

Status DigestBuilder::Add(const DigestEntry& entry) {
  if (entries_.size() >= rows_in_memory_) RETURN_IF_ERROR(WriteRun());
  entries_.push_back(entry);
  ++rows_;
  return {};
}

// Not synced: after a crash nobody reads it.
Status DigestBuilder::WriteRun() {
  std::ranges::sort(entries_, ByKey);
  const std::string path = RunPath(runs_.size());
  RETURN_IF_ERROR(env_.RemoveFile(path));
  ASSIGN_OR_RETURN(const auto file, env_.OpenForAppend(path));
  runs_.push_back(entries_.size());
  RETURN_IF_ERROR(file->Append(BytesOf(entries_)));
  entries_.clear();
  return {};
}

Result<std::shared_ptr<TableDigest>> DigestBuilder::Finish(size_t rows_kept) {
  if (runs_.empty() && entries_.size() <= rows_kept) {
    std::ranges::sort(entries_, ByKey);
    std::vector<DigestEntry> once;
    once.reserve(entries_.size());
    for (const DigestEntry& entry : entries_) Append(entry, once);
    entries_ = {};
    return std::make_shared<TableDigest>(std::move(once));
  }
  if (!entries_.empty()) RETURN_IF_ERROR(WriteRun());
  entries_ = {};
  return Merge();
}

Result<std::shared_ptr<TableDigest>> DigestBuilder::Merge() {
  std::vector<Run> runs;
  const auto later = [&](size_t a, size_t b) { return ByKey(runs[b].entry(), runs[a].entry()); };
  std::priority_queue<size_t, std::vector<size_t>, decltype(later)> next(later);
  for (size_t i = 0; i < runs_.size(); ++i) {
    ASSIGN_OR_RETURN(auto file, env_.OpenForRead(RunPath(i)));
    runs.emplace_back(std::move(file), RunPath(i), runs_[i]);
  }
  for (size_t i = 0; i < runs.size(); ++i) {
    ASSIGN_OR_RETURN(const bool any, runs[i].Next());
    if (any) next.push(i);
  }
  RETURN_IF_ERROR(env_.RemoveFile(path_));
  ASSIGN_OR_RETURN(auto file, env_.OpenForAppend(path_));
  Merged merged(std::move(file), rows_);
  while (!next.empty()) {
    const size_t run = next.top();
    next.pop();
    RETURN_IF_ERROR(merged.Add(runs[run].entry()));
    ASSIGN_OR_RETURN(const bool more, runs[run].Next());
    if (more) next.push(run);
  }
  RETURN_IF_ERROR(merged.Write());
  return std::make_shared<TableDigest>(env_, path_, merged.rows, std::move(merged.index),
                                       merged.block_rows);
}

}  // namespace sluice
