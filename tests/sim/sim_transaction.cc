// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_transaction.h"

namespace sluice::sim {

using starrocks::PreparedTxn;
using starrocks::TxnState;

namespace {

constexpr int kPrepareAsksMax = 3;
constexpr Duration kPause = std::chrono::milliseconds(200);

bool MayRepeat(const Status& failure) {
  return failure.code() == Code::kExhausted || failure.retry() == Retry::kInPlace;
}

}  // namespace

SimTransaction::SimTransaction(World& world, Wire& wire, std::string name, uint32_t table,
                               starrocks::LabelParts parts, std::function<void()> on_progress)
    : world_(world),
      wire_(wire),
      name_(std::move(name)),
      number_(table),
      table_(SimTable(table)),
      parts_(parts),
      on_progress_(std::move(on_progress)),
      repeatable_(world.dice.Chance(0.9)),
      strand_(world) {}

std::string SimTransaction::label() const {
  return Label(name_, parts_, table_.database, table_.table);
}

void SimTransaction::Add(std::vector<RowRef> rows) {
  rows_ += rows.size();
  ++unsent_;
  strand_.Run([this, rows = std::move(rows)] {
    Run([&] { return LoadBatch(rows); });
    --unsent_;
    on_progress_();
  });
}

void SimTransaction::Prepare() {
  strand_.Run([this] {
    Run([&] { return Finish(); });
    on_progress_();
  });
}

Result<std::optional<PreparedTxn>> SimTransaction::Poll() const {
  if (!status_.ok()) return Fail(status_);
  return prepared_;
}

void SimTransaction::Run(const std::function<Status()>& step) {
  if (status_.ok()) status_ = step();
}

Status SimTransaction::LoadBatch(const std::vector<RowRef>& rows) {
  if (repeatable_) held_.push_back(rows);
  Status status = begun_ ? Status() : Begin();
  if (status.ok()) status = wire_.Load(label(), rows);
  return status.ok() ? status : TryAgain(status);
}

Status SimTransaction::Begin() {
  begun_ = true;
  return wire_.Begin(label(), number_, parts_.run);
}

Status SimTransaction::Finish() {
  while (true) {
    const Status status = PrepareTry();
    if (status.ok()) break;
    RETURN_IF_ERROR(TryAgain(status));
  }
  prepared_ = PreparedTxn{table_.database, table_.table, label(), rows_, 0};
  return {};
}

Status SimTransaction::PrepareTry() {
  Status status;
  for (int asks = 0; asks < kPrepareAsksMax; ++asks) {
    status = wire_.Prepare(label());
    if (status.ok()) return {};
    const auto state = wire_.State(table_.database, label());
    if (state && *state == TxnState::kPrepared) return {};
    if (state && *state != TxnState::kPrepare) return status;
    world_.Sleep(kPause);
  }
  return status;
}

Status SimTransaction::TryAgain(const Status& failure) {
  Status last = failure;
  while (true) {
    if (!MayRepeat(last) || !repeatable_ || parts_.attempt + 1 >= starrocks::kTriesMax) {
      return last.code() == Code::kExhausted
                 ? Status(Code::kUnavailable, std::string(last.message()))
                 : last;
    }
    world_.Probe("transaction written again");
    world_.Sleep(kPause);
    last = Leave();
    if (last.ok()) last = Replay();
    if (last.ok()) return {};
  }
}

Status SimTransaction::Leave() {
  std::string note;
  RETURN_IF_ERROR(AbortLabel(wire_, {table_.database, table_.table, label(), 0, 0}, &note));
  if (!note.empty()) return {Code::kInternal, note};
  return {};
}

Status SimTransaction::Replay() {
  ++parts_.attempt;
  RETURN_IF_ERROR(Begin());
  for (const auto& rows : held_) RETURN_IF_ERROR(wire_.Load(label(), rows));
  return {};
}

}  // namespace sluice::sim
