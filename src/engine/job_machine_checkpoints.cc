// SPDX-License-Identifier: Apache-2.0
// The flow of checkpoints while a job runs: barrier, publish, commit, confirm.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/checksum.h"
#include "base/probe.h"
#include "engine/job_machine.h"
#include "engine/planted.h"

namespace sluice {
namespace {

// One checkpoint may be taken while the one before it is being committed; more would only pile up.
constexpr size_t kUncommittedMax = 1;
constexpr Duration kCommitRetryPause = std::chrono::milliseconds(200);
constexpr Duration kCommitTellEvery = std::chrono::seconds(10);
// A target that is away for a moment need not spoil the last checkpoint of a job that is to stop.
constexpr Duration kCommitStopPatience = std::chrono::seconds(10);

}  // namespace

void JobMachine::MaybeBegin() {
  if (state_ != State::kRunning || flight_ || published_.size() > kUncommittedMax) return;
  if (last_committed_ || (!published_.empty() && published_.back().last)) return;
  if (changing()) return;  // the checkpoint behind the change is the next one
  const bool last = source_done_ || stop_requested_ || reopening_;
  // The last checkpoint waits for the earlier ones, so that the end of the job is the end of its
  // commits.
  if (last && !published_.empty()) return Probe("last checkpoint waits for the one before");
  const bool hold = !last && !at_change_.empty();
  const bool at_once = last || hold || second_due_ || checkpoint_wanted_;
  if (!at_once && now_ < next_checkpoint_at_) return;
  flight_ = InFlight{};
  flight_->barrier = {next_id_++, last};
  flight_->started = now_;
  flight_->timeout =
      hold || second_due_ ? config_.schema_change_timeout : config_.checkpoint_timeout;
  checkpoint_wanted_ = second_due_ = false;
  if (hold) Fence(flight_->barrier.id);
  Send(SendBarriers{record_.run, flight_->barrier, hold && !Planted(Bug::kSourcesNotHeld)});
}

void JobMachine::Handle(const CheckpointWanted& input) {
  if (StaleRun(input.run)) return;
  checkpoint_wanted_ = true;
  MaybeBegin();
}

void JobMachine::Handle(const TablesJoined& input) {
  if (StaleRun(input.run)) return;
  reopening_ = true;
  MaybeBegin();
}

void JobMachine::Handle(const TaskSaved& input) {
  if (StaleRun(input.run) || !flight_ || flight_->barrier.id != input.id) return;
  flight_->saved.emplace(input.source, input.splits);
  MaybePublish();
}

void JobMachine::Handle(const EnumeratorSaved& input) {
  if (StaleRun(input.run) || !flight_ || flight_->barrier.id != input.id) return;
  flight_->enumerator = input.state;
  flight_->counters = input.counters;
  flight_->wall_micros = input.wall_micros;
  MaybePublish();
}

void JobMachine::Handle(const WriterPrepared& input) {
  if (StaleRun(input.run) || !flight_ || flight_->barrier.id != input.id) return;
  flight_->prepared.emplace(input.writer, input.work);
  MaybePublish();
}

bool JobMachine::Complete(const InFlight& flight) const {
  const bool prepared = flight.prepared.size() == config_.writers;
  return flight.saved.size() == config_.sources && flight.enumerator.has_value() &&
         (prepared || Planted(Bug::kPositionAheadOfPrepared));
}

Manifest JobMachine::MakeManifest() {
  Manifest manifest;
  manifest.id = flight_->barrier.id;
  manifest.run = record_.run;
  manifest.enumerator = *flight_->enumerator;
  manifest.counters = flight_->counters;
  manifest.wall_micros = flight_->wall_micros;
  for (const auto& [task, splits] : flight_->saved) {
    manifest.splits.insert(manifest.splits.end(), splits.begin(), splits.end());
  }
  for (const Published& earlier : published_) manifest.pending.push_back(earlier.pending);
  flight_->own = {manifest.id, {}};
  for (const auto& [writer, work] : flight_->prepared) {
    if (!work.empty()) flight_->own.work.push_back(work);
  }
  manifest.pending.push_back(flight_->own);
  return manifest;
}

void JobMachine::MaybePublish() {
  if (!flight_ || flight_->publishing || record_op_ != 0 || !Complete(*flight_)) return;
  flight_->publishing = true;
  const Manifest manifest = MakeManifest();
  if (Planted(Bug::kCommitBeforeManifest)) Send(CommitWork{NewOp(), manifest.pending.back()});
  Bytes body = EncodeManifest(manifest);
  JobRecord next = record_;
  next.version += 1;
  next.latest = {manifest.id, fmt::format("checkpoint-{}-run-{}", manifest.id, record_.run),
                 Hash64(body)};
  Confirm(next);
  next_record_ = next;
  record_op_ = NewOp();
  Send(ReplaceRecord{record_op_, record_, std::move(next), std::move(body)});
}

void JobMachine::Handle(const RecordReplaced& input) {
  if (state_ == State::kRaising || state_ == State::kMarking) {
    if (input.op != op_) return;
    return state_ == State::kRaising ? Raised(input.status) : Marked(input.status);
  }
  if (state_ != State::kRunning || input.op != record_op_) return;
  record_op_ = 0;
  if (input.status.code() == Code::kFenced) {
    Probe("fenced publish");
    return FailRun({Code::kFenced, "another run of this job has taken over; this one stops"});
  }
  // Anything else may have been stored or not: only a new start, which reads the record, can tell.
  if (!input.status.ok()) return FailRun(input.status.In("publishing a checkpoint"));
  record_ = *next_record_;
  if (flight_ && flight_->publishing) OnPublished();
  MaybeConfirm();
  MaybePublish();
  MaybeTake();
  MaybeBegin();
}

void JobMachine::OnPublished() {
  Published published;
  published.body = record_.latest;
  published.last = flight_->barrier.last;
  published.pending = flight_->own;
  const TimePoint earliest =
      std::max(flight_->started + config_.checkpoint_interval, now_ + config_.min_pause);
  next_checkpoint_at_ = earliest;
  flight_.reset();
  published_.push_back(std::move(published));
  if (Planted(Bug::kCommitOutOfOrder)) {
    commit_op_ = NewOp();
    Send(CommitWork{commit_op_, published_.back().pending});
    return;
  }
  MaybeCommit();
}

void JobMachine::MaybeCommit() {
  if (published_.empty() || commit_op_ != 0 || now_ < commit_retry_at_) return;
  const PendingCommit& first = published_.front().pending;
  commit_op_ = NewOp();
  if (first.work.empty() || Planted(Bug::kCommitBeforeManifest)) return CommittedInRun();
  Send(CommitWork{commit_op_, first});
}

void JobMachine::Handle(const CommitDone& input) {
  if (state_ == State::kRecommitting) {
    if (input.op == op_) RecommitDone(input.status);
    return;
  }
  if (state_ != State::kRunning || input.op != commit_op_ || published_.empty()) return;
  if (input.status.ok()) return CommittedInRun();
  commit_op_ = 0;
  if (input.status.retry() != Retry::kInPlace) return FailRun(input.status);
  CommitAgain(input.status);
}

// Unknown or not now: the work stays pending in every later manifest until it is known to be done.
// Not for ever: the next start commits it too, and starts are counted.
void JobMachine::CommitAgain(const Status& status) {
  Probe("commit asked for again");
  const CheckpointId id = published_.front().pending.id;
  if (!commit_failing_since_) {
    commit_failing_since_ = now_;
    commit_told_at_.reset();
  }
  const Duration patience = stop_requested_
                                ? std::min(kCommitStopPatience, config_.checkpoint_timeout)
                                : config_.checkpoint_timeout;
  if (now_ - *commit_failing_since_ > patience) {
    return FailRun(status.In(fmt::format("committing checkpoint {}", id)));
  }
  if (!commit_told_at_ || now_ - *commit_told_at_ >= kCommitTellEvery) {
    commit_told_at_ = now_;
    Send(Note{true, fmt::format("{}; checkpoint {} is not committed yet: trying again",
                                status.ToString(), id)});
  }
  commit_retry_at_ = now_ + kCommitRetryPause;
}

void JobMachine::CommittedInRun() {
  commit_op_ = 0;
  commit_failing_since_.reset();
  const Published done = published_.front();
  published_.pop_front();
  confirmed_ = done.body;
  committed_id_ = done.pending.id;
  last_committed_ = done.last;
  ++commits_since_start_;
  Send(NotifyComplete{record_.run, committed_id_});
  MaybeConfirm();
  MaybeCommit();
  MaybeBegin();
}

void JobMachine::Confirm(JobRecord& next) const {
  if (next.confirmed == confirmed_) return;
  if (next.previous != confirmed_) next.previous = next.confirmed;
  next.confirmed = confirmed_;
  // What comes now alters the target: nothing before it may be read again.
  if (change_phase_ == ChangePhase::kFencing && confirmed_.id == fence_) next.previous = {};
}

void JobMachine::MaybeConfirm() {
  if (record_op_ != 0 || (flight_ && flight_->publishing)) return;
  if (record_.confirmed != confirmed_) {
    JobRecord next = record_;
    next.version += 1;
    Confirm(next);
    next.finished = last_committed_ && source_done_;
    // A clean end leaves nothing in the target, so the next start has nothing to look for.
    if (last_committed_) next.runs.clear();
    if (last_committed_ && (!reopening_ || stop_requested_)) next.restored = 0;
    next_record_ = next;
    record_op_ = NewOp();
    Send(ReplaceRecord{record_op_, record_, std::move(next), std::nullopt});
    return;
  }
  Send(Prune{record_});
  if (!last_committed_) return;
  state_ = State::kClosing;
  Send(CloseTasks{record_.run});
}

}  // namespace sluice
