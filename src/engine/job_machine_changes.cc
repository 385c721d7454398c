// SPDX-License-Identifier: Apache-2.0
// The flow of a change of schema while a job runs: fence, take, apply, pass on.
#include <fmt/format.h>

#include "base/probe.h"
#include "engine/job_machine.h"
#include "engine/planted.h"

namespace sluice {
namespace {

constexpr Duration kApplyRetryPause = std::chrono::seconds(1);

}  // namespace

void JobMachine::Handle(const ChangeReached& input) {
  if (StaleRun(input.run)) return;
  at_change_.insert(input.source);
  MaybeBegin();
}

// A reader that reaches its change after this barrier was sent, and before it passes, stands at it
// when it saves too; it is served by the checkpoint behind this change.
void JobMachine::Fence(CheckpointId id) {
  change_phase_ = ChangePhase::kFencing;
  fence_ = id;
  changing_source_ = *at_change_.begin();
}

bool JobMachine::FenceStands() const {
  if (change_phase_ != ChangePhase::kFencing || flight_) return false;
  if (Planted(Bug::kAlterBeforeCommit)) return true;
  return published_.empty() && record_op_ == 0 && record_.confirmed.id == fence_;
}

void JobMachine::MaybeTake() {
  if (state_ != State::kRunning || !FenceStands()) return;
  if (stop_requested_) {  // the last checkpoint stands before the change
    Probe("stop before a change");
    change_phase_ = ChangePhase::kNone;
    return MaybeBegin();
  }
  change_phase_ = ChangePhase::kTaking;
  taking_since_ = now_;
  Send(TakeChange{record_.run, changing_source_});
}

void JobMachine::Handle(const ChangeTaken& input) {
  if (StaleRun(input.run) || change_phase_ != ChangePhase::kTaking) return;
  change_ = input.change;
  for_targets_ = input.for_targets;
  change_phase_ = ChangePhase::kApplying;
  if (for_targets_.empty()) return Pass();  // the transforms drop the table
  SendApply();
  if (Planted(Bug::kAlterNotAwaited)) Pass();
}

void JobMachine::SendApply() {
  change_op_ = NewOp();
  Send(ApplyChange{change_op_, for_targets_});
}

void JobMachine::Handle(const ChangeApplied& input) {
  if (state_ != State::kRunning || change_phase_ != ChangePhase::kApplying) return;
  if (input.op != change_op_) return;
  change_op_ = 0;
  if (input.status.ok()) return Pass();
  if (input.status.retry() != Retry::kInPlace) return FailRun(input.status);
  Probe("alter asked for again");
  change_retry_at_ = now_ + kApplyRetryPause;
  Send(Note{false, fmt::format("the target does not serve the new schema of {} yet: {}",
                               for_targets_.front().change.after->path.ToString(),
                               input.status.message())});
}

void JobMachine::Pass() {
  change_phase_ = ChangePhase::kNone;
  change_op_ = 0;
  at_change_.erase(changing_source_);
  second_due_ = true;
  Send(PassChange{record_.run, changing_source_, std::move(change_)});
  change_ = {};
  for_targets_.clear();
  MaybeBegin();
}

void JobMachine::TickChange() {
  if (state_ != State::kRunning) return;
  if (change_phase_ == ChangePhase::kTaking &&
      now_ - taking_since_ > config_.schema_change_timeout) {
    return FailRun({Code::kTimeout, "the source did not say in time what a table changed to"});
  }
  const bool asks_again = change_phase_ == ChangePhase::kApplying && change_op_ == 0;
  if (asks_again && now_ >= change_retry_at_) SendApply();
}

// Between the two checkpoints there is nothing to save: the first one is confirmed, and nothing was
// read since. The next start meets the change again.
bool JobMachine::StopsInChange() {
  const bool between =
      change_phase_ == ChangePhase::kTaking || change_phase_ == ChangePhase::kApplying;
  if (state_ != State::kRunning || !between) return false;
  Probe("stop inside a change");
  state_ = State::kClosing;
  Send(CloseTasks{record_.run});
  return true;
}

}  // namespace sluice
