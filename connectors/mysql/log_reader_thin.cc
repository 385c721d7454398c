// SPDX-License-Identifier: Apache-2.0
// LogReader at rows that lack columns. The task never waits: while rows are looked up there is
// nothing to do, and the position stands before them.
#include "mysql/log_reader.h"

namespace sluice::mysql {
namespace {

constexpr uint32_t kRowsAtOnce = 256;  // in a step

}  // namespace

Status LogReader::BeginThinRows() {
  thin_.emplace(rows_event_, *rows_table_);
  for (; skip_rows_ > 0 && !thin_->done(); --skip_rows_) RETURN_IF_ERROR(thin_->Skip());
  return {};
}

Result<bool> LogReader::ReadThinRows(Emitter& out) {
  const ThinEvent::At at{{position_.file, position_.tx_offset}, commit_micros_};
  if (row_lookup_ && row_lookup_->busy()) {
    auto answer = row_lookup_->Poll();
    if (!answer) return false;
    if (!*answer) return Fail(answer->error());
    thin_->Take(std::move(**answer));
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
    Ask(thin_->Question());
  }
  return true;
}

void LogReader::Ask(RowQuestion question) {
  if (!row_lookup_) {
    row_lookup_ =
        std::make_unique<RowLookup>(setup_.ctx.env, setup_.ctx.sql, setup_.options.endpoint,
                                    fetcher_->server(), setup_.ctx.wake);
  }
  question.micros = commit_micros_;
  question.transaction = gtid_;
  question.begins = {position_.file, position_.tx_offset};
  question.received = received_;
  row_lookup_->Ask(std::move(question));
}

}  // namespace sluice::mysql
