// SPDX-License-Identifier: Apache-2.0
// FileWriter: rows to files, for each table and checkpoint a transaction.
#pragma once

#include <atomic>
#include <map>
#include <memory>

#include "api/sink.h"
#include "file/target.h"
#include "format/charset.h"
#include "io/file_transaction.h"

namespace sluice::file {

class FileWriter final : public Writer {
 public:
  // `options` and `ctx` outlive the writer.
  FileWriter(Context& ctx, const SinkOptions& options, uint32_t id, TargetTables tables);

  Status Write(const Chunk& chunk) override;
  bool full() const override;
  Status Rebind(const SchemaChange& change) override;
  Status Seal(CheckpointId id) override;
  Result<std::optional<Prepared>> PollPrepared(CheckpointId id) override;
  uint64_t bytes_written() const override { return bytes_written_; }

 private:
  struct OpenFile {
    std::string name;  // relative to the target
    std::unique_ptr<RowEncoder> encoder;
    std::unique_ptr<Charset> charset;
    std::string encoded;  // not yet in the charset
    std::string bytes;    // to hand over
    int64_t rows = 0;
  };
  // The rows of one table since the last seal.
  struct OpenTable {
    const TargetTable* target = nullptr;
    std::shared_ptr<FileTransaction> transaction;
    std::map<std::string, OpenFile> files;  // by folder
    std::map<std::string, int> parts;       // numbers of the next files, by folder
  };

  Result<OpenTable*> Find(const Schema& schema);
  Result<OpenFile*> Open(OpenTable& table, const std::string& folder, const Schema& schema);
  Status WriteRows(OpenTable& table, const std::string& folder, const Chunk& chunk,
                   std::span<const uint32_t> rows);
  Status Pass(OpenTable& table, OpenFile& file, bool last);
  Status Close(OpenTable& table, OpenFile& file);
  Status FreeHeld();

  Context& ctx_;
  const SinkOptions& options_;
  const uint32_t id_;
  const TargetTables tables_;
  std::map<TablePath, OpenTable> open_;
  CheckpointId next_id_;  // that the open rows will belong to
  std::map<CheckpointId, std::vector<std::shared_ptr<FileTransaction>>> sealed_;
  std::vector<uint32_t> all_rows_;  // 0, 1, 2...
  uint64_t strands_ = 0;
  uint64_t bytes_written_ = 0;
  std::atomic<size_t> unsent_{0};
  IoPool pool_;  // last: its jobs use everything above
};

}  // namespace sluice::file
