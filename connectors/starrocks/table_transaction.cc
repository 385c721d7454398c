// SPDX-License-Identifier: Apache-2.0
#include "starrocks/table_transaction.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"
#include "base/probe.h"

namespace sluice::starrocks {
namespace {

constexpr size_t kHeldBytesMax = size_t{32} << 20U;  // of a writer
constexpr int kEndAsksMax = 3;                       // before a try is given up
constexpr Duration kEndPause = std::chrono::milliseconds(200);

bool MayRepeat(const Status& failure) {
  return failure.code() == Code::kExhausted || failure.retry() == Retry::kInPlace;
}

}  // namespace

TableTransaction::~TableTransaction() {
  DropHeld();
}

std::string TableTransaction::label() const {
  return Label(setup_.name, setup_.parts, setup_.database, setup_.table);
}

void TableTransaction::Add(std::string batch, uint64_t rows, IoPool& pool, uint64_t strand) {
  {
    const std::lock_guard lock(mutex_);
    rows_ += rows;
    bytes_ += batch.size();
  }
  setup_.budget.unsent += batch.size();
  auto body = std::make_shared<const std::string>(std::move(batch));
  pool.Run(strand, [self = shared_from_this(), body = std::move(body)] {
    self->Run([&] { return self->LoadBatch(body); });
    self->setup_.budget.unsent -= body->size();
    self->setup_.ctx.wake();
  });
}

void TableTransaction::End(Outcome wanted, bool sealed, IoPool& pool, uint64_t strand) {
  pool.Run(strand, [self = shared_from_this(), wanted, sealed] {
    self->Run([&] { return self->Finish(wanted, sealed); });
    self->DropHeld();
    self->setup_.ctx.wake();
  });
}

Result<std::optional<PreparedTxn>> TableTransaction::Poll() const {
  const std::lock_guard lock(mutex_);
  if (!status_.ok()) return Fail(status_);
  return prepared_;
}

// Nothing runs after a failure, not even of the transaction before: what it left is not over.
void TableTransaction::Run(const std::function<Status()>& step) {
  if (setup_.line->broken) return;
  const Status status = step();
  if (status.ok()) return;
  setup_.line->broken = true;
  const std::lock_guard lock(mutex_);
  status_ = status.In(fmt::format("writing table {}.{}", setup_.database, setup_.table));
}

void TableTransaction::Keep(const BatchRef& batch) {
  if (!repeatable_) return;
  if (setup_.budget.held + batch->size() > kHeldBytesMax) {
    DropHeld();
    repeatable_ = false;  // a failure now restarts the job from its checkpoint
    return;
  }
  held_.push_back(batch);
  held_bytes_ += batch->size();
  setup_.budget.held += batch->size();
}

void TableTransaction::DropHeld() {
  held_.clear();
  setup_.budget.held -= std::exchange(held_bytes_, 0);
}

Status TableTransaction::LoadBatch(const BatchRef& batch) {
  Keep(batch);
  Status status = tries_ > 0 ? Status() : Begin();
  if (status.ok()) {
    status = setup_.client.Load(setup_.database, setup_.table, label(), batch);
  }
  // The batch is among the held ones, so a repeated try brings it too.
  return status.ok() ? status : TryAgain(status);
}

Status TableTransaction::Begin() {
  TransactionLine& line = *setup_.line;
  if (line.checkpoint != setup_.parts.checkpoint) {
    line.checkpoint = setup_.parts.checkpoint;
    line.tries = 0;
  }
  setup_.parts.attempt = line.tries++;
  ++tries_;  // also when it fails: then nobody knows
  commit_asked_ = false;
  Status status = setup_.client.Begin(setup_.database, setup_.table, label());
  if (status.retry() == Retry::kInPlace) {
    setup_.targets.PerhapsBegun({setup_.database, setup_.table, label(), 0, 0});
  }
  return status;
}

Status TableTransaction::Finish(Outcome wanted, bool sealed) {
  if (sealed) setup_.ctx.phases.Reach("sealed", setup_.parts.checkpoint);
  while (!found_committed_) {
    const Status status = wanted == Outcome::kCommitted ? CommitTry() : PrepareTry();
    if (status.ok()) break;
    RETURN_IF_ERROR(TryAgain(status));
  }
  const std::lock_guard lock(mutex_);
  prepared_ = PreparedTxn{setup_.database, setup_.table, label(), rows_, bytes_};
  return {};
}

Status TableTransaction::PrepareTry() {
  Status status;
  for (int asks = 0; asks < kEndAsksMax; ++asks) {
    status = setup_.client.Prepare(setup_.database, setup_.table, label());
    if (status.ok()) return {};
    const auto state = setup_.client.State(setup_.database, label());
    if (state && *state == TxnState::kPrepared) {
      Probe("prepared without an answer");
      return {};
    }
    if (state && *state != TxnState::kPrepare) return status;
    Probe("prepare asked for again");
    if (setup_.ctx.cancel.WaitFor(kEndPause)) return setup_.ctx.cancel.Check();
  }
  return status;
}

Status TableTransaction::CommitTry() {
  const PreparedTxn txn{setup_.database, setup_.table, label(), 0, 0};
  commit_asked_ = true;
  Status status;
  for (int asks = 0; asks < kEndAsksMax; ++asks) {
    status = CommitOpenLabel(setup_.client, txn);
    if (status.ok() || status.retry() != Retry::kInPlace) return status;
    if (setup_.ctx.cancel.WaitFor(kEndPause)) return setup_.ctx.cancel.Check();
  }
  return status;
}

// Leaves the present try and brings all its batches under the next.
Status TableTransaction::TryAgain(const Status& failure) {
  const auto tries_max =
      static_cast<uint32_t>(std::clamp<int64_t>(setup_.options.max_retries + 1, 1, kTriesMax));
  Status last = failure;
  while (true) {
    const bool may = MayRepeat(last) && repeatable_ && tries_ < tries_max;
    if (!may) {
      Probe("transaction given up");
      // What failed for certain here may go well from the checkpoint on.
      return last.code() == Code::kExhausted
                 ? Status(Code::kUnavailable, std::string(last.message()))
                 : last;
    }
    const Duration pause(std::chrono::milliseconds(std::min(
        setup_.options.max_retry_backoff_ms, setup_.options.retry_backoff_multiplier_ms * tries_)));
    LogWarn(fmt::format("{}; writing its rows again", last.ToString()));
    if (setup_.ctx.cancel.WaitFor(pause)) return setup_.ctx.cancel.Check();
    Probe("transaction written again");
    last = Leave();
    if (found_committed_) return {};
    if (last.ok()) last = Replay();
    if (last.ok()) return {};
  }
}

// Makes sure that the present try can never become visible, unless it is found to be: a commit may
// have come through although its answer did not.
Status TableTransaction::Leave() {
  const PreparedTxn txn{setup_.database, setup_.table, label(), 0, 0};
  std::string note;
  RETURN_IF_ERROR(AbortLabel(setup_.client, txn, &note));
  found_committed_ = !note.empty() && commit_asked_;
  if (!note.empty() && !commit_asked_) return {Code::kInternal, note};
  return {};
}

Status TableTransaction::Replay() {
  RETURN_IF_ERROR(Begin());
  for (const BatchRef& batch : held_) {
    RETURN_IF_ERROR(setup_.client.Load(setup_.database, setup_.table, label(), batch));
  }
  return {};
}

}  // namespace sluice::starrocks
