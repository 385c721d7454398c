// SPDX-License-Identifier: Apache-2.0
#include "engine/job_runner.h"

#include <fmt/format.h>

#include <deque>
#include <map>

#include "base/checksum.h"
#include "base/logging.h"
#include "base/sync.h"
#include "engine/checkpoint_store.h"
#include "engine/dead_letter_sink.h"
#include "engine/healing_sink.h"
#include "engine/job_settings.h"
#include "engine/job_start.h"
#include "engine/serial_worker.h"
#include "engine/sink_committers.h"
#include "engine/task_set.h"

namespace sluice {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(20);

}  // namespace

class JobRunner::Impl {
 public:
  Impl(JobPlan plan, JobRunOptions options, RunnerDeps deps)
      : plan_(std::move(plan)),
        options_(std::move(options)),
        deps_(deps),
        store_(deps.env, options_.state_dir) {
    for (uint32_t i = 0; i < plan_.sinks.size(); ++i) {
      std::unique_ptr<Sink>& sink = plan_.sinks[i].sink;
      sink = WithDeadLetters(
          std::move(sink),
          {plan_.env.bad_rows,
           plan_.env.dead_letters_path.value_or(options_.state_dir + "/dead-letters"), i});
    }
  }

  JobSummary Run();
  void RequestStop();
  JobProgress progress() const;

 private:
  struct RunReport {
    sluice::Run run;
    TaskReport report;
  };
  struct Readied {  // the tables are as they were at the checkpoint to open from
    OpenTasks command;
    Status status;
  };
  using Message = std::variant<Input, RunReport, Readied>;

  Context MakeContext(sluice::Run run, CancelToken cancel) const {
    return {.env = deps_.env,
            .http = deps_.http,
            .sql = deps_.sql,
            .phases = deps_.phases,
            .cancel = std::move(cancel),
            .job_name = plan_.env.job_name,
            .job_id = job_id_,
            .run = run};
  }
  Status Start();
  Result<bool> Heals();
  void Loop();
  void Post(Message message);
  void Take(Message message);
  void TakeReport(RunReport report);
  void TakeReadied(const Readied& readied);
  Status ReadyTables(const OpenTasks& command, bool restore);
  Status RestoreTables(const OpenTasks& command);
  void EndHealing();
  void Open(const OpenTasks& command);
  void Feed(const Input& input);
  void PumpTasks();
  void UpdateProgress();

  void Execute(LoadRecord command);
  void Execute(ReplaceRecord command);
  void Execute(LoadManifest command);
  void Execute(CommitWork command);
  void Execute(AbortOrphans command);
  void Execute(OpenTasks command);
  void Execute(SendBarriers command) { tasks_->SendBarriers(command.barrier, command.hold); }
  void Execute(TakeChange command) { tasks_->TakeChange(command.source); }
  void Execute(ApplyChange command);
  void Execute(PassChange command);
  void Execute(NotifyComplete command);
  void Execute(CloseTasks command);
  void Execute(Prune command);
  void Execute(const Note& command) {
    command.warning ? LogWarn(command.text) : LogInfo(command.text);
  }
  void Execute(Finish command) { finish_ = std::move(command); }

  JobPlan plan_;
  const JobRunOptions options_;
  const RunnerDeps deps_;
  CheckpointStore store_;  // used by Start, then by the store worker only
  std::string job_id_;
  std::optional<Bytes> tables_as_of_;  // the sources' states that plan_.tables were restored from
  CancelToken job_cancel_;
  CancelToken scan_cancel_;           // a stop ends the first scan of the targets
  std::unique_ptr<Healing> healing_;  // null: the job does not heal

  std::optional<JobMachine> machine_;
  std::deque<Input> feed_;  // inputs that commands produced at once
  bool feeding_ = false;
  std::optional<Finish> finish_;
  bool told_source_done_ = false;
  bool told_checkpoint_wanted_ = false;
  bool told_joined_ = false;
  TaskCounters counters_;
  std::map<CheckpointId, uint64_t> rows_at_;  // rows handed to the sink when a checkpoint was taken
  std::unique_ptr<TaskSet> tasks_;

  mutable Mutex mutex_;  // guards what follows
  std::deque<Message> messages_;
  bool stop_requested_ = false;
  bool starting_ = true;  // the machine does not run yet, so a stop ends the waits of Start
  JobProgress progress_;
  Wakeup wakeup_;

  std::optional<SinkCommitters> committers_;  // used on the commit worker
  SerialWorker commit_worker_{"committer"};
  SerialWorker store_worker_{"checkpoints"};
};

JobSummary JobRunner::Impl::Run() {
  JobSummary summary;
  summary.started_wall_micros = deps_.env.WallMicros();
  const Status status = Start();
  if (status.ok() && !machine_) {
    summary.outcome = Outcome::kFinished;
    summary.finished_before = true;
    summary.ended_wall_micros = deps_.env.WallMicros();
    return summary;
  }
  if (status.ok()) {
    Loop();
    summary.outcome = finish_->outcome;
    summary.status = finish_->status;
  } else {
    summary.status = status;
    summary.outcome = status.code() == Code::kCancelled ? Outcome::kStopped : Outcome::kFailed;
  }
  if (healing_) healing_->EndRun();
  tasks_.reset();
  if (summary.outcome == Outcome::kFinished) {
    for (const SinkStep& step : plan_.sinks) {
      if (summary.status.ok()) summary.status = step.sink->OnFinished();
    }
    if (!summary.status.ok()) summary.outcome = Outcome::kFailed;
  }
  job_cancel_.Cancel();
  UpdateProgress();
  summary.progress = progress();
  summary.ended_wall_micros = deps_.env.WallMicros();
  return summary;
}

// Whether targets are healed, which an earlier start may have begun.
Result<bool> JobRunner::Impl::Heals() {
  const bool begun = store_.healing();
  if (!begun || options_.fresh || options_.heal) return options_.heal;
  if (!options_.restore.empty()) {
    return Fail(
        Code::kInvalidConfig,
        "the targets of this job are being healed, and hold neither what they held nor what "
        "the source holds: start without --restore first, which goes on healing");
  }
  LogWarn("healing the targets of this job did not come to its end: it begins again");
  return true;
}

// There is no machine behind it when the job has finished before.
Status JobRunner::Impl::Start() {
  RETURN_IF_ERROR(store_.Lock());
  Context ctx = MakeContext(0, job_cancel_);
  ASSIGN_OR_RETURN(const bool heals, Heals());
  StartFrom from{options_.fresh, std::nullopt, options_.keeps_targets, heals, options_.rerun};
  if (heals) {
    healing_ = std::make_unique<Healing>(deps_.env, options_.state_dir);
    for (uint32_t i = 0; i < plan_.sinks.size(); ++i) {
      plan_.sinks[i].sink = WithHealing(std::move(plan_.sinks[i].sink), *healing_, i);
    }
  }
  if (!options_.restore.empty()) {
    ASSIGN_OR_RETURN(from.savepoint,
                     ReadSavepoint(deps_.env, options_.state_dir, options_.restore));
  }
  ASSIGN_OR_RETURN(const StartedJob started,
                   StartJob(plan_, ctx, store_, from, deps_.env.Random()));
  if (started.finished_before) return {};
  job_id_ = started.job_id;
  tables_as_of_ = started.saved;
  {
    const std::lock_guard lock(mutex_);
    starting_ = false;
  }
  RETURN_IF_ERROR(job_cancel_.Check());
  committers_.emplace(plan_.sinks, MakeContext(0, job_cancel_));
  machine_.emplace(MachineConfig(plan_));
  return {};
}

void JobRunner::Impl::Loop() {
  Feed(StartInput{});
  bool told_stop = false;
  while (!finish_) {
    std::deque<Message> messages;
    bool stop = false;
    {
      const std::lock_guard lock(mutex_);
      messages.swap(messages_);
      stop = stop_requested_;
    }
    if (stop && !told_stop) {
      scan_cancel_.Cancel();
      Feed(StopRequested{});
    }
    told_stop = stop;
    for (Message& message : messages) Take(std::move(message));
    PumpTasks();
    Feed(Tick{});
    UpdateProgress();
    if (!finish_) wakeup_.Wait(kTick);
  }
}

void JobRunner::Impl::Post(Message message) {
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }
  wakeup_.Notify();
}

void JobRunner::Impl::Take(Message message) {
  if (auto* report = std::get_if<RunReport>(&message)) return TakeReport(std::move(*report));
  if (const auto* readied = std::get_if<Readied>(&message)) return TakeReadied(*readied);
  Feed(std::get<Input>(message));
}

void JobRunner::Impl::TakeReport(RunReport report) {
  if (!tasks_ || report.run != machine_->run()) return;  // of tasks that are gone
  auto outcome = tasks_->OnReport(std::move(report.report));
  if (!outcome) return Feed(TaskFailed{report.run, outcome.error()});
  for (Input& input : outcome->inputs) {
    if (const auto* saved = std::get_if<EnumeratorSaved>(&input)) {
      rows_at_[saved->id] = saved->counters.back();
    }
    Feed(input);
  }
}

void JobRunner::Impl::Feed(const Input& input) {
  feed_.push_back(input);
  if (feeding_) return;
  feeding_ = true;
  while (!feed_.empty()) {
    const Input next = std::move(feed_.front());
    feed_.pop_front();
    for (Command& command : machine_->On(next, deps_.env.Now())) {
      std::visit([&](auto& one) { Execute(std::move(one)); }, command);
    }
  }
  feeding_ = false;
}

void JobRunner::Impl::PumpTasks() {
  if (!tasks_ || machine_->state() != JobMachine::State::kRunning) return;
  const sluice::Run run = machine_->run();
  const Status status = tasks_->AssignSplits();
  if (!status.ok()) return Feed(TaskFailed{run, status});
  if (healing_ && !healing_->status().ok()) return Feed(TaskFailed{run, healing_->status()});
  const bool done = tasks_->source_done() && !(healing_ && healing_->holds_end());
  if (done && !std::exchange(told_source_done_, true)) Feed(SourceDone{run});
  const bool wants =
      tasks_ && (tasks_->wants_checkpoint() || (healing_ && healing_->wants_checkpoint()));
  if (wants && !told_checkpoint_wanted_) Feed(CheckpointWanted{run});
  told_checkpoint_wanted_ = wants;
  const bool joined = tasks_ && tasks_->wants_reopening();
  if (joined && !std::exchange(told_joined_, true)) Feed(TablesJoined{run});
}

void JobRunner::Impl::Execute(LoadRecord /*command*/) {
  store_worker_.Run([this] { Post(RecordLoaded{store_.Load()}); });
}

void JobRunner::Impl::Execute(ReplaceRecord command) {
  store_worker_.Run([this, command = std::move(command)] {
    if (command.body) deps_.phases.Reach("prepared", command.next.latest.id);
    Post(RecordReplaced{command.op, store_.Replace(command)});
  });
}

void JobRunner::Impl::Execute(LoadManifest command) {
  store_worker_.Run([this, command = std::move(command)] {
    Post(ManifestLoaded{command.op, store_.LoadManifest(command.body)});
  });
}

void JobRunner::Impl::Execute(Prune command) {
  store_worker_.Run([this, command = std::move(command)] {
    const Status status = store_.Prune(command.record, options_.checkpoints_kept);
    if (!status.ok()) LogWarn(status.In("removing old checkpoints").ToString());
  });
}

void JobRunner::Impl::Execute(CommitWork command) {
  commit_worker_.Run([this, command = std::move(command)] {
    deps_.phases.Reach("published", command.pending.id);
    Post(CommitDone{command.op, committers_->Commit(command.pending)});
  });
}

void JobRunner::Impl::Execute(AbortOrphans command) {
  commit_worker_.Run([this, command = std::move(command)] {
    Post(sluice::OrphansAborted{command.op, committers_->Abort(command.ranges)});
  });
}

// A source that passes changes of schema on, or tables that join, has other tables at other
// checkpoints. Targets that are healed are read before anything is written to them.
void JobRunner::Impl::Execute(OpenTasks command) {
  const bool as_planned =
      !command.from || command.from->enumerator == tables_as_of_ ||
      (!plan_.passes_schema_changes() && plan_.JoinedAsOf(command.from->enumerator));
  if (as_planned && (!healing_ || healing_->tables().scanned())) return Open(command);
  commit_worker_.Run([this, command = std::move(command), restore = !as_planned] {
    Post(Readied{command, ReadyTables(command, restore)});
  });
}

Status JobRunner::Impl::ReadyTables(const OpenTasks& command, bool restore) {
  if (restore) RETURN_IF_ERROR(RestoreTables(command));
  if (!healing_ || healing_->tables().scanned()) return {};
  Context ctx = MakeContext(command.run, scan_cancel_);
  return healing_->tables().Scan(plan_, ctx);
}

// On the commit worker, whose committers know the tables of before. What the sinks know of targets
// that are altered may be of another time than the checkpoint, so they look again.
Status JobRunner::Impl::RestoreTables(const OpenTasks& command) {
  Context ctx = MakeContext(command.run, job_cancel_);
  RETURN_IF_ERROR(DiscoverTables(plan_, ctx, command.from->enumerator));
  for (size_t i = 0; plan_.passes_schema_changes() && i < plan_.sinks.size(); ++i) {
    const std::vector<SchemaRef> tables = plan_.TablesOf(i, TableOrigin::kFromStart);
    RETURN_IF_ERROR(plan_.sinks[i].sink->Prepare(ctx, tables, false));
  }
  ASSIGN_OR_RETURN(const bool joined, PrepareJoined(plan_, ctx, options_.keeps_targets));
  if (joined) committers_.emplace(plan_.sinks, MakeContext(0, job_cancel_));
  return {};
}

void JobRunner::Impl::TakeReadied(const Readied& readied) {
  const OpenTasks& command = readied.command;
  if (machine_->state() != JobMachine::State::kOpening) return;
  if (!readied.status.ok()) return Feed(TaskFailed{command.run, readied.status});
  if (command.from) tables_as_of_ = command.from->enumerator;
  Open(command);
}

void JobRunner::Impl::Open(const OpenTasks& command) {
  const std::vector<uint64_t> counters =
      command.from ? command.from->counters : std::vector<uint64_t>{};
  counters_.rows_read = !counters.empty() ? counters[0] : 0;
  counters_.bytes_read = counters.size() > 1 ? counters[1] : 0;
  counters_.rows_written = counters.size() > 2 ? counters[2] : 0;
  rows_at_.clear();
  {
    const std::lock_guard lock(mutex_);
    progress_.rows_committed = counters_.rows_written;
  }
  told_source_done_ = told_checkpoint_wanted_ = told_joined_ = false;
  const sluice::Run run = command.run;
  Context ctx = MakeContext(run, CancelToken());
  ctx.first_checkpoint = command.first_checkpoint;
  if (healing_) {
    const Status status = healing_->BeginRun(plan_, ctx, command.from ? command.from->id : 0);
    if (!status.ok()) return Feed(TaskFailed{run, status});
  }
  tasks_ = std::make_unique<TaskSet>(plan_, ctx, counters_, [this, run](TaskReport report) {
    Post(RunReport{run, std::move(report)});
  });
  const Status status = tasks_->Open(command.from);
  LogInfo(command.from ? fmt::format("run {} goes on from checkpoint {}", run, command.from->id)
                       : fmt::format("run {} starts anew", run));
  if (status.ok()) return Feed(TasksOpened{run});
  Feed(TaskFailed{run, status});
}

void JobRunner::Impl::Execute(ApplyChange command) {
  const SchemaChange& first = command.changes.front().change;
  LogInfo(fmt::format("altering the target of {}: {}", first.after->path.ToString(), first.ddl));
  commit_worker_.Run([this, command = std::move(command), id = machine_->last_committed()] {
    deps_.phases.Reach("altering", id);
    const Status status = committers_->Apply(command.changes);
    if (status.ok()) deps_.phases.Reach("altered", id);
    Post(ChangeApplied{command.op, status});
  });
}

void JobRunner::Impl::Execute(PassChange command) {
  // Tables are restored anew, should the run end.
  tables_as_of_.reset();
  const Status status = tasks_->PassChange(command.source, command.change);
  if (!status.ok()) Feed(TaskFailed{command.run, status});
}

void JobRunner::Impl::Execute(NotifyComplete command) {
  tasks_->NotifyComplete(command.id);
  if (healing_ && healing_->OnCommitted(command.id, tasks_->snapshot_in())) EndHealing();
  // It may want another one at once.
  if (healing_ && healing_->wants_checkpoint()) told_checkpoint_wanted_ = false;
  const std::lock_guard lock(mutex_);
  ++progress_.checkpoints;
  progress_.last_checkpoint = command.id;
  const auto rows = rows_at_.find(command.id);
  if (rows == rows_at_.end()) return;
  progress_.rows_committed = rows->second;
  rows_at_.erase(rows_at_.begin(), std::next(rows));
}

void JobRunner::Impl::EndHealing() {
  LogInfo("the targets are healed: " + healing_->Summary());
  store_worker_.Run([this] {
    const Status status = store_.EndHealing();
    if (!status.ok()) LogWarn(status.In("noting that the targets are healed").ToString());
  });
}

void JobRunner::Impl::Execute(CloseTasks command) {
  if (healing_) healing_->EndRun();
  tasks_.reset();
  Feed(TasksClosed{command.run});
}

void JobRunner::Impl::UpdateProgress() {
  const std::lock_guard lock(mutex_);
  progress_.rows_read = counters_.rows_read;
  progress_.bytes_read = counters_.bytes_read;
  progress_.rows_written = counters_.rows_written;
  progress_.lag_micros = counters_.lag_micros;
  progress_.restarts = machine_ ? machine_->restarts() : 0;
  progress_.snapshot = tasks_ ? tasks_->progress() : -1;
  if (!machine_) return;
  progress_.state = StateText(*machine_, stop_requested_, progress_.snapshot);
}

JobProgress JobRunner::Impl::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

void JobRunner::Impl::RequestStop() {
  {
    const std::lock_guard lock(mutex_);
    stop_requested_ = true;
    if (starting_) job_cancel_.Cancel();
  }
  wakeup_.Notify();
}

JobRunner::JobRunner(JobPlan plan, JobRunOptions options, RunnerDeps deps)
    : impl_(std::make_unique<Impl>(std::move(plan), std::move(options), deps)) {}
JobRunner::~JobRunner() = default;
JobSummary JobRunner::Run() {
  return impl_->Run();
}
void JobRunner::RequestStop() {
  impl_->RequestStop();
}
JobProgress JobRunner::progress() const {
  return impl_->progress();
}

}  // namespace sluice
