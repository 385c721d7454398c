// SPDX-License-Identifier: Apache-2.0
// LogReader at rows that lack columns. The task never waits: while rows are looked up there is
// nothing to do, and the position stands before them.
#include "mysql/log_reader.h"
#include "mysql/look_ahead.h"

namespace sluice::mysql {
namespace {

constexpr uint32_t kRowsAtOnce = 256;                 // in a step
constexpr size_t kAheadBytesMax = size_t{16} << 20U;  // of rows kept for later events

}  // namespace

Status LogReader::BeginThinRows() {
  thin_.emplace(rows_event_, *rows_table_);
  for (; skip_rows_ > 0 && !thin_->done(); --skip_rows_) RETURN_IF_ERROR(thin_->Skip());
  // An answer is of a time at which the transactions of all events up to one were visible.
  const auto ahead = ahead_.find(rows_table_->path());
  if (ahead != ahead_.end() && next_event_ - 1 <= ahead->second->event) thin_->Take(ahead->second);
  return {};
}

Result<bool> LogReader::ReadThinRows(Emitter& out) {
  const ThinEvent::At at{{position_.file, position_.tx_offset}, commit_micros_};
  if (row_lookup_ && row_lookup_->busy()) {
    auto answer = row_lookup_->Poll();
    if (!answer) return false;
    if (!*answer) return Fail(answer->error());
    Keep(std::make_shared<const RowAnswer>(std::move(**answer)));
  }
  if (!thin_->decoded() && !thin_->done()) RETURN_IF_ERROR(thin_->Decode(at));
  for (uint32_t i = 0; i < kRowsAtOnce && thin_->decoded() && !thin_->asks(); ++i) {
    thin_->AppendRow(at);
    if (rows_table_->full()) Emit(*rows_table_, out);
  }
  position_.rows = thin_->row();
  if (thin_->done()) {
    EndRows();
  } else if (thin_->asks()) {
    Ask();
  }
  return true;
}

void LogReader::Keep(std::shared_ptr<const RowAnswer> answer) {
  const auto bytes = [](const RowAnswer& one) { return one.rows ? one.rows->bytes() : 0; };
  size_t kept = bytes(*answer);
  for (const auto& [path, one] : ahead_) kept += bytes(*one);
  if (kept > kAheadBytesMax) ahead_.clear();
  ahead_[rows_table_->path()] = answer;
  thin_->Take(std::move(answer));
}

void LogReader::Ask() {
  if (!row_lookup_) {
    row_lookup_ =
        std::make_unique<RowLookup>(setup_.ctx.env, setup_.ctx.sql, setup_.options.endpoint,
                                    fetcher_->server(), setup_.ctx.wake);
  }
  ChunkBuilder keys(rows_table_->exact()->schema);
  RowQuestion question = thin_->Question(keys);
  question.received = received_;
  const LogPoint begins{position_.file, position_.tx_offset};
  question.parts.push_back({gtid_, begins, question.rows.size(), next_event_ - 1});
  LookAhead(*parser_, cursor_, *rows_table_, rows_event_.table_id, keys, question)
      .Run(batch_, next_event_);
  question.keys = keys.Finish(0);
  row_lookup_->Ask(std::move(question));
}

}  // namespace sluice::mysql
