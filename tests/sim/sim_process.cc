// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_process.h"

#include <array>
#include <span>
#include <vector>

namespace sluice::sim {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(100);
constexpr char kDirectory[] = "state";

// The committer asks for several labels side by side; here they come one after another, and any
// order between runs is the wire's to make.
Status CommitEach(starrocks::TransactionApi& api, std::span<const starrocks::PreparedTxn> work) {
  std::vector<Status> outcomes;
  outcomes.reserve(work.size());
  for (const auto& txn : work) outcomes.push_back(starrocks::CommitLabel(api, txn));
  return starrocks::Combine(outcomes);
}

Status AbortEach(starrocks::TransactionApi& api, std::span<const starrocks::PreparedTxn> work) {
  std::vector<Status> outcomes;
  outcomes.reserve(work.size());
  for (const auto& txn : work) outcomes.push_back(starrocks::AbortLabel(api, txn, nullptr));
  return starrocks::Combine(outcomes);
}

}  // namespace

SimProcess::SimProcess(Surroundings& around, int number, std::function<void()> on_effect,
                       std::function<void(const Finish&)> on_end)
    : around_(around),
      world_(around.world),
      number_(number),
      on_end_(std::move(on_end)),
      env_(world_, around.disk, on_effect),
      store_(env_, kDirectory),
      wire_(std::make_shared<Wire>(world_, around.scenario, around.target, around.target_is_up,
                                   fmt::format("p{}", number), on_effect)),
      store_worker_(world_),
      commit_worker_(world_) {}

SimProcess::~SimProcess() {
  wire_->Detach();
}

JobMachine::State SimProcess::state() const {
  return machine_ ? machine_->state() : JobMachine::State::kIdle;
}

std::string_view SimProcess::state_name() const {
  if (machine_ && state() == JobMachine::State::kRunning && machine_->changing()) {
    return "changing a schema";
  }
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"starting", "loading", "raising", "reading", "recommitting", "sweeping", "marking",
       "opening", "running", "closing", "waiting", "ended"});
  return kNames[static_cast<size_t>(state())];
}

void SimProcess::Start() {
  world_.Trace("p{}: starts", number_);
  StoreJob([this](CheckpointStore&) { Claim(); });
}

// As Claim of engine/job_start.cc. A job that has finished is not started anew here.
void SimProcess::Claim() {
  auto loaded = store_.Load();
  JobRecord record;
  Status status;
  if (loaded) {
    record = loaded->record;
  } else if (loaded.error().code() == Code::kNotFound) {
    record.version = 1;
    record.job_id = "job";
    record.identity = "simulated";
    status = store_.Create(record);
  } else {
    status = loaded.error();
  }
  world_.In(Duration(0), [weak = weak_from_this(), record, status] {
    const auto self = weak.lock();
    if (!self) return;
    if (!status.ok()) return self->Execute(Finish{Outcome::kFailed, status});
    if (record.finished) return self->Execute(Finish{Outcome::kFinished, {}});
    self->name_ = starrocks::LabelName("", record.job_id);
    self->machine_.emplace(self->around_.scenario.machine);
    self->Feed(StartInput{});
    self->Tick();
  });
}

void SimProcess::Tick() {
  if (ended_) return;
  Feed(sluice::Tick{});
  world_.In(kTick, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Tick();
  });
}

void SimProcess::BelieveDead(Duration pause) {
  believed_dead_ = true;
  paused_until_ = world_.now + pause;
  wire_->Pause(paused_until_);
}

void SimProcess::RequestStop() {
  if (!machine_ || ended_) return;
  world_.Trace("p{}: stop requested while {}", number_, state_name());
  Feed(StopRequested{});
}

void SimProcess::Feed(const Input& input) {
  if (ended_) return;
  feed_.push_back(input);
  if (std::exchange(feeding_, true)) return;
  while (!feed_.empty() && !ended_) {
    const Input next = std::move(feed_.front());
    feed_.pop_front();
    for (const Command& command : machine_->On(next, world_.now)) {
      std::visit([&](const auto& one) { Execute(one); }, command);
    }
  }
  feeding_ = false;
}

void SimProcess::Post(Input input) {
  world_.In(Duration(0), [weak = weak_from_this(), input = std::move(input)] {
    if (const auto self = weak.lock()) self->Feed(input);
  });
}

void SimProcess::StoreJob(std::function<void(CheckpointStore&)> job) {
  store_worker_.Run([this, job = std::move(job)] {
    if (around_.scenario.Happens(world_, around_.scenario.store_stall)) {
      world_.Sleep(world_.Millis(10, 3000));
    }
    while (world_.now < paused_until_) world_.Sleep(paused_until_ - world_.now);
    const FiberMutex::Holder holder(around_.disk.mutex());
    job(store_);
  });
}

void SimProcess::Execute(const LoadRecord& /*command*/) {
  StoreJob([this](CheckpointStore& store) {
    auto loaded = store.Load();
    if (loaded && loaded->torn > 0) world_.Probe("torn record");
    Post(RecordLoaded{std::move(loaded)});
  });
}

void SimProcess::Execute(const ReplaceRecord& command) {
  StoreJob([this, command](CheckpointStore& store) {
    const Status status = store.Replace(command);
    world_.Trace("p{}: record {} run {} latest {}: {}", number_, command.next.version,
                 command.next.run, command.next.latest.name, status.ToString());
    if (status.code() == Code::kFenced) {
      world_.Probe(command.body ? "fenced publish" : "fenced record");
    }
    Post(RecordReplaced{command.op, status});
  });
}

void SimProcess::Execute(const LoadManifest& command) {
  StoreJob([this, command](CheckpointStore& store) {
    auto manifest = store.LoadManifest(command.body);
    if (!manifest && manifest.error().code() == Code::kCorruption) world_.Probe("torn body");
    Post(ManifestLoaded{command.op, std::move(manifest)});
  });
}

void SimProcess::Execute(const CommitWork& command) {
  const bool recovery = state() == JobMachine::State::kRecommitting;
  commit_worker_.Run([this, command, recovery] {
    world_.Trace("p{}: commits checkpoint {}{}", number_, command.pending.id,
                 recovery ? " again" : "");
    const auto work = starrocks::DecodeAll(command.pending.work);
    const Status status = work ? CommitEach(*wire_, *work) : work.error();
    world_.Trace("p{}: checkpoint {}: {}", number_, command.pending.id, status.ToString());
    around_.laws.OnCommitAnswer(command.pending, status);
    if (status.ok() && recovery) world_.Probe("recommit on recovery");
    if (status.ok() && believed_dead_) world_.Probe("zombie commits");
    if (status.code() == Code::kCommitLost) world_.Probe("commit lost");
    Post(CommitDone{command.op, status});
  });
}

void SimProcess::Execute(const AbortOrphans& command) {
  around_.laws.OnSweep(machine_->run());
  if (around_.on_sweep) around_.on_sweep(number_);
  commit_worker_.Run([this, command] {
    swept_ = command.ranges;
    const Status status = Sweep(swept_);
    if (status.ok()) world_.Probe("orphan sweep");
    Post(OrphansAborted{command.op, status});
  });
}

Status SimProcess::Sweep(std::span<const OrphanRange> ranges) {
  std::vector<starrocks::TableName> tables;
  for (uint32_t table = 0; table < around_.scenario.tables; ++table) {
    tables.push_back(SimTable(table));
  }
  for (const OrphanRange& range : ranges) {
    world_.Trace("p{}: sweeps run {} from {} to {}", number_, range.run, range.first, range.last);
    RETURN_IF_ERROR(AbortEach(*wire_, OrphanLabels(name_, range, tables)));
  }
  return {};
}

void SimProcess::Execute(const OpenTasks& command) {
  around_.laws.OnOpen(command.run);
  world_.In(world_.Millis(0, 300), [weak = weak_from_this(), command] {
    if (const auto self = weak.lock()) self->Open(command);
  });
}

void SimProcess::Open(const OpenTasks& command) {
  world_.Trace("p{}: opens run {} from {}", number_, command.run,
               command.from ? command.from->id : 0);
  if (around_.scenario.Happens(world_, around_.scenario.open_fails)) {
    world_.Probe("opening fails");
    return Feed(TaskFailed{command.run, {Code::kUnavailable, "the source does not answer"}});
  }
  const TaskSetup setup{world_,
                        around_.scenario,
                        around_.source,
                        wire_,
                        name_,
                        command.run,
                        command.first_checkpoint,
                        [weak = weak_from_this()](Input input) {
                          if (const auto self = weak.lock()) self->Post(std::move(input));
                        }};
  tasks_ = std::make_shared<SimTasks>(setup);
  tasks_->Open(command.from);
  Feed(TasksOpened{command.run});
}

void SimProcess::Execute(const SendBarriers& command) {
  world_.Trace("p{}: barrier {}{}{}", number_, command.barrier.id,
               command.barrier.last ? ", the last" : "", command.hold ? ", and holds" : "");
  tasks_->SendBarriers(command.barrier, command.hold);
}

void SimProcess::Execute(const TakeChange& command) {
  world_.Trace("p{}: source {} takes its change", number_, command.source);
  tasks_->TakeChange(command.source);
}

void SimProcess::Execute(const ApplyChange& command) {
  commit_worker_.Run([this, command] {
    Status status;
    if (around_.scenario.Happens(world_, around_.scenario.alter_refused)) {
      world_.Probe("alter refused");
      status = {Code::kSchemaMismatch, "the target cannot do that"};
    } else {
      status = wire_->Alter(ToAlteration(command.changes.front().change));
    }
    // It may wait for what came after the sweep.
    if (status.code() == Code::kTimeout && !Sweep(swept_).ok()) {
      world_.Trace("p{}: the second sweep failed", number_);
    }
    if (status.ok()) world_.Probe("altered");
    Post(ChangeApplied{command.op, status});
  });
}

void SimProcess::Execute(const PassChange& command) {
  world_.Trace("p{}: passes the change of source {} on", number_, command.source);
  tasks_->PassChange(command.source);
}

void SimProcess::Execute(const NotifyComplete& command) {
  world_.Trace("p{}: checkpoint {} is complete", number_, command.id);
}

void SimProcess::Execute(const CloseTasks& command) {
  world_.Trace("p{}: closes run {}", number_, command.run);
  tasks_.reset();
  world_.In(world_.Millis(0, 100), [weak = weak_from_this(), run = command.run] {
    if (const auto self = weak.lock()) self->Feed(TasksClosed{run});
  });
}

void SimProcess::Execute(const Prune& command) {
  StoreJob([this, command](CheckpointStore& store) {
    const Status status = store.Prune(command.record, around_.scenario.bodies_kept);
    if (!status.ok()) world_.Trace("p{}: {}", number_, status.ToString());
  });
}

void SimProcess::Execute(const Note& command) {
  world_.Trace("p{}: {}", number_, command.text);
  if (command.text.contains("reading again from checkpoint")) world_.Probe("roll back");
  if (command.text.contains("going on from checkpoint")) world_.Probe("earlier checkpoint");
}

void SimProcess::Execute(const Finish& command) {
  ended_ = true;
  around_.laws.OnFinish(machine_ ? machine_->run() : 0, command);
  on_end_(command);
}

}  // namespace sluice::sim
