// SPDX-License-Identifier: Apache-2.0
#include "file/reader.h"

#include <fmt/format.h>

#include <chrono>

#include "file/file_rows.h"

namespace sluice::file {
namespace {

constexpr size_t kQueueBytesMax = size_t{8} << 20U;
constexpr std::chrono::milliseconds kRoomWait{200};

}  // namespace

FileReader::FileReader(Context& ctx, const TableConfig& config, FoundTable table, FileSplit split)
    : ctx_(ctx),
      config_(config),
      table_(std::move(table)),
      split_(std::move(split)),
      first_(split_),
      pieces_(kQueueBytesMax) {
  thread_ = Thread("file-read", [this] { Decode(); });
}

FileReader::~FileReader() {
  stop_ = true;
  pieces_.Close();
  thread_.Join();
}

void FileReader::Decode() {
  const Status status = DecodeAll();
  {
    const std::lock_guard lock(mutex_);
    status_ = status;
    decoded_ = true;
  }
  ctx_.wake();
}

Status FileReader::DecodeAll() {
  ctx_.phases.Reach("snapshot", 0);
  RETURN_IF_ERROR(CheckUnchanged(ctx_.env, first_.file));
  ASSIGN_OR_RETURN(const auto rows, FileRows::Open(ctx_.env, config_, table_, first_));
  ChunkBuilder builder(table_.schema);
  for (bool more = true; more;) {
    const Place first = rows->place();
    builder.SetPlace(fmt::format("{}:{}", first_.file.path, first.row));
    ASSIGN_OR_RETURN(more, rows->Next(builder));
    if (builder.empty()) continue;
    if (!Push({builder.Finish(0), rows->place()})) return {};
  }
  // Somebody who writes into a file while it is read could have torn any row of it.
  return CheckUnchanged(ctx_.env, first_.file);
}

bool FileReader::Push(Piece piece) {
  const size_t bytes = piece.rows->bytes();
  while (!stop_) {
    if (pieces_.Push(piece, bytes, kRoomWait)) {
      ctx_.wake();
      return true;
    }
  }
  return false;
}

Result<Poll> FileReader::Read(Emitter& out, Deadline until) {
  while (true) {
    bool decoded = false;
    {
      const std::lock_guard lock(mutex_);
      decoded = decoded_;
    }
    auto piece = pieces_.Pop(Duration(0));
    if (!piece && decoded) {
      const std::lock_guard lock(mutex_);
      RETURN_IF_ERROR(status_);
      return Poll::kDone;
    }
    if (!piece) return Poll::kIdle;
    split_.next = piece->next;
    out.Emit(std::move(piece->rows));
    if (out.full() || ctx_.env.Now() >= until) return Poll::kMore;
  }
}

}  // namespace sluice::file
