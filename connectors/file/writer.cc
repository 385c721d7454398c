// SPDX-License-Identifier: Apache-2.0
#include "file/writer.h"

#include <fmt/format.h>

#include <numeric>

#include "base/check.h"
#include "file/file_names.h"

namespace sluice::file {
namespace {

constexpr size_t kPassBytes = size_t{256} << 10U;      // of a file, handed over at once
constexpr size_t kUnsentBytesMax = size_t{16} << 20U;  // of bytes on their way
constexpr size_t kHeldBytesMax = size_t{64} << 20U;    // by all encoders
constexpr size_t kThreadsMax = 4;

}  // namespace

FileWriter::FileWriter(Context& ctx, const SinkOptions& options, uint32_t id, TargetTables tables)
    : ctx_(ctx),
      options_(options),
      id_(id),
      tables_(std::move(tables)),
      next_id_(ctx.first_checkpoint),
      pool_("file", kThreadsMax) {}

Result<FileWriter::OpenTable*> FileWriter::Find(const Schema& schema) {
  OpenTable& table = open_[schema.path];
  if (table.transaction) {  // one that failed ends the run now, not at the next checkpoint
    const auto polled = table.transaction->Poll();
    if (!polled) return Fail(polled.error());
    return &table;
  }
  const auto target = tables_.find(schema.path);
  if (target == tables_.end()) {
    return Fail(Code::kInternal, "rows of the unknown table " + schema.path.ToString());
  }
  table.target = &target->second;
  const std::string id = TransactionId(ctx_.job_id, {ctx_.run, id_, next_id_});
  table.transaction = std::make_shared<FileTransaction>(
      FileTransaction::Setup{.ctx = ctx_,
                             .pool = pool_,
                             .strand = ++strands_,
                             .unsent = unsent_,
                             .transactions = table.target->transactions,
                             .checkpoint = next_id_,
                             .visible_at_once = !options_.transactional,
                             .work = {.table = schema.path.ToString(),
                                      .from = fmt::format("{}/{}", table.target->transactions, id),
                                      .to = table.target->folder}});
  return &table;
}

Result<FileWriter::OpenFile*> FileWriter::Open(OpenTable& table, const std::string& folder,
                                               const Schema& schema) {
  OpenFile& file = table.files[folder];
  if (file.encoder) return &file;
  file.name = folder + ExpandName(options_.file_name_expression, options_.filename_time_format,
                                  TransactionId(ctx_.job_id, {ctx_.run, id_, next_id_}),
                                  ctx_.env.Random(), ctx_.env.WallMicros());
  if (!options_.single_file_mode) file.name += fmt::format("_{}", table.parts[folder]++);
  file.name += Extension(options_);
  ASSIGN_OR_RETURN(file.encoder, MakeEncoder(options_, *table.target, schema));
  if (options_.format != Format::kParquet && !IsUtf8(options_.encoding)) {
    ASSIGN_OR_RETURN(file.charset, Charset::Open(options_.encoding, Charset::Direction::kFromUtf8,
                                                 fmt::format("table {}", schema.path.ToString())));
  }
  return &file;
}

Status FileWriter::Write(const Chunk& chunk) {
  const Schema& schema = *chunk.schema();
  ASSIGN_OR_RETURN(OpenTable * table, Find(schema));
  if (table->target->partition.empty()) {
    if (all_rows_.size() < chunk.rows()) {
      all_rows_.resize(chunk.rows());
      std::iota(all_rows_.begin(), all_rows_.end(), 0U);
    }
    RETURN_IF_ERROR(WriteRows(*table, "", chunk, std::span(all_rows_).first(chunk.rows())));
  } else {
    std::map<std::string, std::vector<uint32_t>> folders;
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      ASSIGN_OR_RETURN(const std::string folder,
                       PartitionFolder(options_, *table->target, chunk, row));
      folders[folder].push_back(row);
    }
    for (const auto& [folder, rows] : folders) {
      RETURN_IF_ERROR(WriteRows(*table, folder, chunk, rows));
    }
  }
  return FreeHeld();
}

Status FileWriter::WriteRows(OpenTable& table, const std::string& folder, const Chunk& chunk,
                             std::span<const uint32_t> rows) {
  while (!rows.empty()) {
    ASSIGN_OR_RETURN(OpenFile * file, Open(table, folder, *chunk.schema()));
    size_t count = rows.size();
    if (!options_.single_file_mode) {
      count = std::min(count, static_cast<size_t>(options_.batch_size - file->rows));
    }
    RETURN_IF_ERROR(file->encoder->Append(chunk, rows.first(count), file->encoded));
    file->rows += static_cast<int64_t>(count);
    rows = rows.subspan(count);
    RETURN_IF_ERROR(Pass(table, *file, false));
    if (!options_.single_file_mode && file->rows >= options_.batch_size) {
      RETURN_IF_ERROR(Close(table, *file));
    }
  }
  return {};
}

// Hands over what the file has, when it is worth it or the last.
Status FileWriter::Pass(OpenTable& table, OpenFile& file, bool last) {
  if (file.charset) {
    RETURN_IF_ERROR(file.charset->Convert(file.encoded, last, file.bytes));
    file.encoded.clear();
  } else if (file.bytes.empty()) {
    file.bytes.swap(file.encoded);
  } else {
    file.bytes += file.encoded;
    file.encoded.clear();
  }
  if (file.bytes.size() < kPassBytes && !last) return {};
  bytes_written_ += file.bytes.size();
  table.transaction->Append(file.name, std::exchange(file.bytes, {}));
  return {};
}

Status FileWriter::Close(OpenTable& table, OpenFile& file) {
  RETURN_IF_ERROR(file.encoder->Finish(file.encoded));
  RETURN_IF_ERROR(Pass(table, file, true));
  file = {};
  return {};
}

// Encoders of many folders must not hold more than one of a single file may.
Status FileWriter::FreeHeld() {
  size_t held = 0;
  for (const auto& [path, table] : open_) {
    for (const auto& [folder, file] : table.files) {
      held += file.bytes.size() + (file.encoder ? file.encoder->held() : 0);
    }
  }
  if (held < kHeldBytesMax) return {};
  for (auto& [path, table] : open_) {
    for (auto& [folder, file] : table.files) {
      if (!file.encoder) continue;
      RETURN_IF_ERROR(file.encoder->Flush(file.encoded));
      RETURN_IF_ERROR(Pass(table, file, true));
    }
  }
  return {};
}

bool FileWriter::full() const {
  return unsent_ >= kUnsentBytesMax;
}

Status FileWriter::Rebind(const SchemaChange& change) {
  const Schema& table = change.before ? *change.before : *change.after;
  return {Code::kUnsupported,
          fmt::format("LocalFile: table {} changed ({}), which its files do not follow",
                      table.path.ToString(), change.ddl)};
}

Status FileWriter::Seal(CheckpointId id) {
  CHECK(id == next_id_);
  auto& sealed = sealed_[id];
  for (auto& [path, table] : open_) {
    for (auto& [folder, file] : table.files) {
      if (file.encoder) RETURN_IF_ERROR(Close(table, file));
    }
    table.transaction->Prepare();
    sealed.push_back(std::move(table.transaction));
  }
  open_.clear();
  next_id_ = id + 1;
  return {};
}

Result<std::optional<Prepared>> FileWriter::PollPrepared(CheckpointId id) {
  const auto sealed = sealed_.find(id);
  CHECK(sealed != sealed_.end());
  std::vector<PreparedFiles> work;
  for (const auto& transaction : sealed->second) {
    ASSIGN_OR_RETURN(const std::optional<PreparedFiles> prepared, transaction->Poll());
    if (!prepared) return std::nullopt;
    work.push_back(*prepared);
  }
  sealed_.erase(sealed);
  return std::optional<Prepared>(EncodeFiles(work));
}

}  // namespace sluice::file
