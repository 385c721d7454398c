// SPDX-License-Identifier: Apache-2.0
#include "engine/job_machine.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "base/check.h"
#include "base/probe.h"
#include "engine/planted.h"

namespace sluice {
namespace {

// So many committed checkpoints without a failure forgive earlier restarts.
constexpr int kProgressCommits = 10;

// The simulator crashes in each of them.
std::string_view ProbeOf(JobMachine::State state, bool changing) {
  static constexpr auto kProbes = std::to_array<std::string_view>(
      {"machine: idle", "machine: loading", "machine: raising", "machine: reading",
       "machine: recommitting", "machine: sweeping", "machine: marking", "machine: opening",
       "machine: running", "machine: closing", "machine: waiting", "machine: ended"});
  if (state == JobMachine::State::kRunning && changing) return "machine: changing a schema";
  return kProbes[static_cast<size_t>(state)];
}

}  // namespace

std::vector<Command> JobMachine::On(const Input& input, TimePoint now) {
  CHECK(now >= now_);
  now_ = now;
  if (state_ != State::kEnded) {
    std::visit([&](const auto& one) { Handle(one); }, input);
  }
  Probe(ProbeOf(state_, changing()));
  return std::exchange(out_, {});
}

void JobMachine::Handle(const StartInput& /*input*/) {
  state_ = State::kLoading;
  Send(LoadRecord{});
}

void JobMachine::Handle(const RecordLoaded& input) {
  if (state_ != State::kLoading) return;
  if (!input.result) return FailRun(input.result.error());
  const bool keep_base = Planted(Bug::kManifestReadBeforeFence) && base_.has_value();
  record_ = input.result->record;
  torn_ = input.result->torn;
  if (torn_ > 0 && !config_.replay_converges) {
    return FailRun({Code::kCorruption,
                    "the newest job record is damaged and this target cannot take rows twice; "
                    "restore the state "
                    "directory, or empty the target and start with --fresh"});
  }
  if (torn_ > 0) {
    Probe("torn record");
    Send(Note{true, "the newest job record is damaged; going on from the one before it"});
  }
  if (Planted(Bug::kManifestReadBeforeFence) && !keep_base && !record_.latest.name.empty()) {
    return ReadLatest();
  }
  RaiseRun();
}

void JobMachine::RaiseRun() {
  state_ = State::kRaising;
  JobRecord next = record_;
  PassDamaged(next, torn_, config_.writers);
  next.version += 1;
  next.run += 1;
  next.finished = false;
  next_record_ = next;
  Send(ReplaceRecord{NewOp(), record_, std::move(next), std::nullopt});
}

void JobMachine::Raised(const Status& status) {
  if (status.code() == Code::kFenced) {  // somebody else was quicker: look again
    Probe("run raised by another");
    state_ = State::kLoading;
    next_record_.reset();
    return Send(LoadRecord{});
  }
  if (!status.ok()) return FailRun(status.In("recording the new run"));
  record_ = *next_record_;
  return Planted(Bug::kManifestReadBeforeFence) ? Recommit() : ReadLatest();
}

void JobMachine::ReadLatest() {
  if (!record_.latest.name.empty()) return Read(record_.latest);
  base_.reset();
  Recommit();
}

void JobMachine::Read(const BodyRef& body) {
  state_ = State::kReading;
  base_body_ = body;
  Send(LoadManifest{NewOp(), body});
}

// The next older checkpoint that the record names; without a name when there is none.
BodyRef JobMachine::Before(const BodyRef& body) const {
  if (body == record_.latest && body != record_.confirmed) return record_.confirmed;
  return body == record_.previous ? BodyRef{} : record_.previous;
}

void JobMachine::Handle(const ManifestLoaded& input) {
  if (state_ != State::kReading || input.op != op_) return;
  if (!input.result) {
    const Status& why = input.result.error();
    const BodyRef before = Before(base_body_);
    if (why.code() != Code::kCorruption || before.name.empty() || !config_.replay_converges) {
      return FailRun(why);
    }
    Send(Note{true, fmt::format("checkpoint {} is damaged ({}); going on from checkpoint {}",
                                base_body_.id, why.message(), before.id)});
    Probe("earlier checkpoint");
    rolled_back_ = true;
    return Read(before);
  }
  base_ = *input.result;
  if (Planted(Bug::kManifestReadBeforeFence) && !next_record_) return RaiseRun();
  Recommit();
}

void JobMachine::Recommit() {
  state_ = State::kRecommitting;
  recommit_.clear();
  if (base_ && !rolled_back_ && !Planted(Bug::kNoRecommitOnRecovery)) {
    for (const PendingCommit& pending : base_->pending) {
      if (pending.id > record_.confirmed.id && !pending.work.empty()) recommit_.push_back(pending);
    }
  }
  if (recommit_.empty()) return Sweep();
  Send(CommitWork{NewOp(), recommit_.front()});
}

void JobMachine::RecommitDone(const Status& status) {
  if (status.ok()) {
    Probe("recommit on recovery");
    recommit_.pop_front();
    if (recommit_.empty()) return Sweep();
    Send(CommitWork{NewOp(), recommit_.front()});
    return;
  }
  if (status.code() != Code::kCommitLost || !config_.replay_converges) return FailRun(status);
  // Without a confirmed checkpoint nobody knows where the job began: a source that begins at "now"
  // would skip the lost rows.
  if (record_.confirmed.name.empty()) {
    return End(Outcome::kFailed, {Code::kCommitLost,
                                  fmt::format("{}; no earlier checkpoint can bring it again: start "
                                              "with --fresh and read the tables anew",
                                              status.message())});
  }
  Send(Note{true, fmt::format("{}; reading again from checkpoint {}, which upserts make harmless",
                              status.message(), record_.confirmed.id)});
  Probe("roll back");
  rolled_back_ = true;
  Read(record_.confirmed);
}

void JobMachine::Sweep() {
  state_ = State::kSweeping;
  std::vector<OrphanRange> ranges;
  // A run that published p may have left p+1 sealed and p+2 open; lost work begins after the
  // confirmed checkpoint.
  // The body of a savepoint is older than the number that it goes on under.
  const bool from_confirmed = rolled_back_ || !base_ || base_->id < record_.latest.id;
  for (const RunRecord& old : record_.runs) {
    const CheckpointId first = (from_confirmed ? record_.confirmed.id : record_.latest.id) + 1;
    ranges.push_back({old.run, first, record_.latest.id + 2 + old.unseen, old.writers});
  }
  if (Planted(Bug::kSweepAbortsNewerRuns)) {
    ranges.push_back(
        {record_.run + 1, record_.latest.id + 1, record_.latest.id + 2, config_.writers});
  }
  if (ranges.empty() || Planted(Bug::kOrphansNeverAborted)) return Mark();
  Send(AbortOrphans{NewOp(), std::move(ranges)});
}

void JobMachine::Handle(const OrphansAborted& input) {
  if (state_ != State::kSweeping || input.op != op_) return;
  if (!input.status.ok()) return FailRun(input.status.In("rolling back what earlier runs left"));
  Mark();
}

// Older runs leave nothing behind; from now on this one may. A run that never came so far is not
// looked for, so that the list stays short however often a start fails.
void JobMachine::Mark() {
  state_ = State::kMarking;
  JobRecord next = record_;
  next.version += 1;
  next.runs = {{record_.run, config_.writers}};
  next_record_ = next;
  Send(ReplaceRecord{NewOp(), record_, std::move(next), std::nullopt});
}

void JobMachine::Marked(const Status& status) {
  if (!status.ok()) return FailRun(status.In("recording that the run begins"));
  record_ = *next_record_;
  Open();
}

void JobMachine::Open() {
  state_ = State::kOpening;
  flight_.reset();
  published_.clear();
  record_op_ = commit_op_ = 0;
  commit_failing_since_.reset();
  source_done_ = checkpoint_wanted_ = last_committed_ = second_due_ = reopening_ = false;
  at_change_.clear();
  change_phase_ = ChangePhase::kNone;
  change_op_ = 0;
  commits_since_start_ = 0;
  // Everything pending in the base is committed or, after a roll-back, aborted.
  confirmed_ = rolled_back_ ? base_body_ : record_.latest;
  committed_id_ = confirmed_.id;
  next_id_ = record_.latest.id + 1;
  Send(OpenTasks{record_.run, base_, next_id_});
}

void JobMachine::Handle(const TasksOpened& input) {
  if (state_ != State::kOpening || input.run != record_.run) return;
  state_ = State::kRunning;
  failure_ = {};
  next_checkpoint_at_ = now_ + config_.checkpoint_interval;
  // Makes the place where the job began durable before any row is: "latest" must mean the same
  // after a crash.
  if (!base_) checkpoint_wanted_ = true;
  MaybeBegin();
}

void JobMachine::Handle(const TaskFailed& input) {
  const bool current = state_ == State::kRunning || state_ == State::kOpening;
  if (current && input.run == record_.run) FailRun(input.status);
}

void JobMachine::Handle(const SourceDone& input) {
  if (StaleRun(input.run)) return;
  source_done_ = true;
  MaybeBegin();
}

void JobMachine::Handle(const StopRequested& /*input*/) {
  stop_requested_ = true;
  if (StopsInChange()) return;
  if (state_ == State::kRunning) return MaybeBegin();
  if (state_ == State::kClosing || state_ == State::kOpening) return;
  // Nothing was read since the last checkpoint; but a run that failed did not end with one.
  End(failure_.ok() ? Outcome::kStopped : Outcome::kFailed, failure_);
}

void JobMachine::FailRun(const Status& status) {
  const bool open = state_ == State::kRunning || state_ == State::kOpening;
  failure_ = status;
  if (open) {
    state_ = State::kClosing;
    Send(CloseTasks{record_.run});
    return;
  }
  RestartOrFinish();
}

void JobMachine::Handle(const TasksClosed& input) {
  if (state_ != State::kClosing || input.run != record_.run) return;
  if (!failure_.ok()) return RestartOrFinish();
  if (reopening_ && !stop_requested_) return LoadAgain();
  End(record_.finished ? Outcome::kFinished : Outcome::kStopped, {});
}

void JobMachine::LoadAgain() {
  if (commits_since_start_ >= kProgressCommits) attempts_ = 0;
  base_.reset();
  next_record_.reset();
  rolled_back_ = false;
  state_ = State::kLoading;
  Send(LoadRecord{});
}

bool JobMachine::MayRestart(const Status& status) const {
  if (status.code() == Code::kCommitLost) return config_.replay_converges;
  return status.retry() != Retry::kNever;
}

void JobMachine::RestartOrFinish() {
  // What makes the tables ready for a run may be told to stop too.
  if (stop_requested_ && failure_.code() == Code::kCancelled) return End(Outcome::kStopped, {});
  if (stop_requested_) return End(Outcome::kFailed, failure_);
  if (commits_since_start_ >= kProgressCommits) {
    Probe("progress forgives restarts");
    attempts_ = 0;
  }
  commits_since_start_ = 0;
  if (!MayRestart(failure_) || attempts_ >= config_.retry_times) {
    return End(Outcome::kFailed, failure_);
  }
  ++attempts_;
  ++restarts_;
  state_ = State::kBackoff;
  // Nothing is gained by waiting for work that is known to be lost.
  const bool at_once = failure_.code() == Code::kCommitLost;
  restart_at_ = at_once ? now_ : now_ + config_.retry_interval;
  Send(Note{true, fmt::format("{}; restart {} of {} from the last checkpoint", failure_.ToString(),
                              attempts_, config_.retry_times)});
}

void JobMachine::Handle(const Tick& /*input*/) {
  switch (state_) {
    case State::kBackoff:
      if (now_ < restart_at_) return;
      return LoadAgain();
    case State::kRaising:
    case State::kReading:
    case State::kMarking:
      // Commits and roll-backs take as long as they take: each call to the target has a deadline of
      // its own, and giving up on many labels halfway would never come to an end.
      if (now_ - op_started_ > config_.checkpoint_timeout) {
        Probe("recovery times out");
        FailRun({Code::kTimeout, "recovery got no answer in time"});
      }
      return;
    case State::kRunning:
      if (flight_ && now_ - flight_->started > flight_->timeout) {
        Probe("checkpoint times out");
        return FailRun({Code::kTimeout, fmt::format("checkpoint {} was not complete in time",
                                                    flight_->barrier.id)});
      }
      MaybeBegin();
      MaybeCommit();
      TickChange();
      return;
    default:
      return;
  }
}

void JobMachine::End(Outcome outcome, const Status& status) {
  state_ = State::kEnded;
  Send(Finish{outcome, status});
}

}  // namespace sluice
