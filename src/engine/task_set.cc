// SPDX-License-Identifier: Apache-2.0
#include "engine/task_set.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/probe.h"
#include "engine/job_pieces.h"
#include "engine/planted.h"

namespace sluice {
namespace {

// What an exchange holds: a channel for each sender and writer, of two chunks at least.
constexpr size_t kExchangeBytesMax = size_t{64} << 20U;
constexpr size_t kChannelBytesMin = size_t{2} << 20U;
constexpr size_t kChannelBytesMax = size_t{8} << 20U;

size_t ChannelBytes(size_t channels) {
  return std::clamp(kExchangeBytesMax / channels, kChannelBytesMin, kChannelBytesMax);
}

}  // namespace

TaskSet::TaskSet(JobPlan& plan, const Context& base, TaskCounters& counters, ReportFn report)
    : plan_(plan),
      base_(base),
      counters_(counters),
      report_(std::move(report)),
      before_{counters.rows_read, counters.bytes_read, counters.rows_written} {}

TaskSet::~TaskSet() {
  base_.cancel.Cancel();
  for (auto& task : tasks_) task->Stop();
  for (auto& task : writers_) task->Stop();
  tasks_.clear();
  writers_.clear();
}

Status TaskSet::Open(const std::optional<Manifest>& from) {
  Number();
  RETURN_IF_ERROR(Restore(from));
  RETURN_IF_ERROR(OpenWriters());
  for (Reading& reading : readings_) RETURN_IF_ERROR(OpenTasks(reading));
  for (auto& task : tasks_) task->Start();
  return {};
}

void TaskSet::Number() {
  TaskId next = 0;
  for (uint32_t i = 0; i < plan_.sources.size(); ++i) {
    Reading& reading = readings_.emplace_back();
    reading.number = i;
    reading.first = next;
    next += plan_.sources[i].parallelism;
  }
  next = 0;
  for (const SinkStep& sink : plan_.sinks) {
    writings_.emplace_back().first = next;
    next += sink.parallelism;
  }
  for (const Route& route : plan_.routes) {
    Writing& writing = writings_[route.sink];
    if (writing.sources.insert(route.source).second) {
      writing.senders += plan_.sources[route.source].parallelism;
    }
  }
}

Status TaskSet::Restore(const std::optional<Manifest>& from) {
  std::vector<Bytes> states;
  if (from) {
    ASSIGN_OR_RETURN(states, PartStates(from->enumerator, readings_.size()));
    for (const Split& split : from->splits) {
      ASSIGN_OR_RETURN(OwnedSplit owned, OwnerOf(split, readings_.size()));
      readings_[owned.source].restored.push_back(std::move(owned.split));
    }
  }
  for (Reading& reading : readings_) {
    Context& ctx = contexts_.emplace_back(base_);
    std::optional<Bytes> saved;
    if (from) saved = std::move(states[reading.number]);
    ASSIGN_OR_RETURN(reading.enumerator,
                     plan_.sources[reading.number].source->Enumerate(ctx, std::move(saved)));
  }
  return {};
}

Result<std::unique_ptr<WriterStage>> TaskSet::MakeStage(uint32_t sink, TaskId id, Context& ctx) {
  ASSIGN_OR_RETURN(auto writer, plan_.sinks[sink].sink->Open(ctx, id));
  return std::make_unique<WriterStage>(id, base_.run, std::move(writer), base_.env, counters_,
                                       report_);
}

Status TaskSet::OpenWriters() {
  for (uint32_t sink = 0; sink < writings_.size(); ++sink) {
    Writing& writing = writings_[sink];
    const uint32_t parallelism = plan_.sinks[sink].parallelism;
    if (writing.senders == 1 && parallelism == 1) continue;
    const auto shared = [&target = *plan_.sinks[sink].sink](const Schema& rows) {
      return target.shares_rows_by_key(rows);
    };
    writing.exchange = std::make_unique<Exchange>(
        writing.senders, parallelism, ChannelBytes(size_t{writing.senders} * parallelism), shared);
    for (uint32_t inbox = 0; inbox < parallelism; ++inbox) {
      const TaskId id = writing.first + inbox;
      Context& ctx = contexts_.emplace_back(base_);
      auto task =
          std::make_unique<WriterTask>(id, base_.run, ctx, *writing.exchange, inbox, report_);
      ASSIGN_OR_RETURN(auto stage, MakeStage(sink, id, ctx));
      task->Start(std::move(stage));
      writers_.push_back(std::move(task));
    }
  }
  return {};
}

Status TaskSet::OpenTasks(Reading& reading) {
  const uint32_t parallelism = plan_.sources[reading.number].parallelism;
  for (TaskId id = reading.first; id < reading.first + parallelism; ++id) {
    ASSIGN_OR_RETURN(auto task, MakeTask(id, reading));
    tasks_.push_back(std::move(task));
    reading.free.insert(id);
  }
  return {};
}

Result<std::unique_ptr<SourceTask>> TaskSet::MakeTask(TaskId id, const Reading& reading) {
  const RateLimit limit(plan_.env.read_limit_rows_per_second.value_or(0),
                        plan_.env.read_limit_bytes_per_second.value_or(0));
  Context& ctx = contexts_.emplace_back(base_);
  // The writer on the task's thread keeps a copy of the wake, so it is bound before the writer is
  // made.
  auto wakeup = std::make_shared<Wakeup>();
  ctx.wake = [wakeup] { wakeup->Notify(); };
  std::vector<SinkPort> ports;
  ASSIGN_OR_RETURN(auto tree, MakeTree(reading.number, ports, ctx, *wakeup));
  return std::make_unique<SourceTask>(
      SourceTaskParts{id, base_.run, ctx, *plan_.sources[reading.number].source, std::move(ports),
                      std::move(tree), counters_, report_, limit, wakeup});
}

Result<std::unique_ptr<TransformTree>> TaskSet::MakeTree(uint32_t source,
                                                         std::vector<SinkPort>& ports, Context& ctx,
                                                         Wakeup& wakeup) {
  std::map<uint32_t, Emitter*> outs;
  std::vector<TransformTree::Way> ways;
  for (const Route& route : plan_.routes) {
    if (route.source != source) continue;
    if (!outs.contains(route.sink)) {
      ASSIGN_OR_RETURN(SinkPort port, MakePort(route.sink, ctx, wakeup));
      outs[route.sink] = &port.out();
      ports.push_back(std::move(port));
    }
    ways.push_back({route.transforms, route.sink, outs[route.sink]});
  }
  ASSIGN_OR_RETURN(
      auto tree,
      TransformTree::Build(
          ways, [this](size_t transform) { return plan_.MakeTransform(transform); },
          [this](size_t transform) { return plan_.transforms[transform].config.plugin_name; }));
  for (const SchemaRef& table : plan_.sources[source].tables) RETURN_IF_ERROR(tree->Bind(table));
  return tree;
}

Result<SinkPort> TaskSet::MakePort(uint32_t sink, Context& ctx, Wakeup& wakeup) {
  Writing& writing = writings_[sink];
  SinkPort port;
  if (writing.exchange) {
    const uint32_t sender = writing.next_sender++;
    port.exchange = writing.exchange->Sender(sender);
    writing.exchange->OnRoom(sender, &wakeup);
  } else {
    ASSIGN_OR_RETURN(port.writer, MakeStage(sink, writing.first, ctx));
  }
  return port;
}

TaskSet::Reading& TaskSet::ReadingOf(TaskId task) {
  const auto behind = std::ranges::upper_bound(readings_, task, {}, &Reading::first);
  return *std::prev(behind);
}

uint32_t TaskSet::SinkOf(TaskId writer) const {
  const auto behind = std::ranges::upper_bound(writings_, writer, {}, &Writing::first);
  return static_cast<uint32_t>(behind - writings_.begin()) - 1;
}

Status TaskSet::PassChange(TaskId source, const SchemaChange& change) {
  const Reading& reading = ReadingOf(source);
  RETURN_IF_ERROR(reading.enumerator->OnSchemaChange(change));
  const TaskId end = reading.first + plan_.sources[reading.number].parallelism;
  for (TaskId id = reading.first; id < end; ++id) tasks_[id]->PassChange(change, id == source);
  return {};
}

bool TaskSet::wants_checkpoint() const {
  return std::ranges::any_of(readings_, [](const Reading& reading) {
    return reading.enumerator && reading.enumerator->wants_checkpoint();
  });
}

bool TaskSet::wants_reopening() const {
  return std::ranges::any_of(readings_, [](const Reading& reading) {
    return reading.enumerator && reading.enumerator->wants_reopening();
  });
}

double TaskSet::progress() const {
  double sum = 0;
  int known = 0;
  for (const Reading& reading : readings_) {
    const double one = reading.enumerator ? reading.enumerator->progress() : -1;
    if (one < 0) continue;
    sum += one;
    ++known;
  }
  return known == 0 ? -1 : sum / known;
}

void TaskSet::SendBarriers(const Barrier& barrier, bool hold) {
  aligning_ = barrier;
  saved_.clear();
  counted_ = before_;
  sealed_ = 0;
  for (auto& task : tasks_) task->SendBarrier(barrier, hold);
}

void TaskSet::NotifyComplete(CheckpointId id) {
  for (Reading& reading : readings_) {
    if (reading.snapshot_in && *reading.snapshot_in <= id) {
      reading.enumerator->OnSnapshotCommitted();
    }
  }
  for (auto& task : tasks_) task->NotifyComplete(id);
}

Result<TaskSet::Outcome> TaskSet::OnReport(TaskReport report) {
  Outcome outcome;
  if (auto* finished = std::get_if<SplitFinished>(&report)) {
    if (aligning_ && saved_.contains(finished->source)) {
      Probe("split finished behind its barrier");
      set_aside_.push_back(std::move(*finished));
      return outcome;
    }
    RETURN_IF_ERROR(Finished(*finished));
  } else if (auto* saved = std::get_if<SourceSaved>(&report)) {
    return Saved(std::move(*saved));
  } else if (const auto* sealed = std::get_if<WriterSealed>(&report)) {
    counted_.rows_written += sealed->rows_written;
    ++sealed_;
    MaybeTellCounters(outcome);
  } else if (auto* prepared = std::get_if<WriterPrepared>(&report)) {
    prepared->work = ForSink(SinkOf(prepared->writer), std::move(prepared->work));
    outcome.inputs.emplace_back(std::move(*prepared));
  } else if (const auto* wanted = std::get_if<CheckpointWanted>(&report)) {
    outcome.inputs.emplace_back(*wanted);
  } else if (const auto* reached = std::get_if<ChangeReached>(&report)) {
    outcome.inputs.emplace_back(*reached);
  } else if (auto* taken = std::get_if<ChangeTaken>(&report)) {
    outcome.inputs.emplace_back(std::move(*taken));
  } else {
    outcome.inputs.emplace_back(std::get<TaskFailed>(std::move(report)));
  }
  return outcome;
}

Status TaskSet::Finished(const SplitFinished& finished) {
  Reading& reading = ReadingOf(finished.source);
  reading.free.insert(finished.source);
  return reading.enumerator->OnFinished(finished.split, finished.report);
}

Result<TaskSet::Outcome> TaskSet::Saved(SourceSaved report) {
  TaskSaved& saved = report.saved;
  CHECK(aligning_ && aligning_->id == saved.id);
  Outcome outcome;
  saved_.insert(saved.source);
  counted_.rows_read += report.rows_read;
  counted_.bytes_read += report.bytes_read;
  const Reading& reading = ReadingOf(saved.source);
  for (Split& split : saved.splits) split = OfSource(reading.number, std::move(split));
  // Splits of an earlier run that nobody reads yet are still part of the state.
  if (saved.source == reading.first) {
    for (const Split& split : reading.restored) {
      Probe("split saved before it was read again");
      saved.splits.push_back(OfSource(reading.number, split));
    }
  }
  const CheckpointId id = saved.id;
  outcome.inputs.emplace_back(std::move(saved));
  if (saved_.size() < tasks_.size()) return outcome;
  enumerator_saved_ = EnumeratorSaved{base_.run, id, SaveEnumerators(), {}, base_.env.WallMicros()};
  NoteSnapshot(id);
  MaybeTellCounters(outcome);
  aligning_.reset();
  for (const SplitFinished& finished : std::exchange(set_aside_, {})) {
    RETURN_IF_ERROR(Finished(finished));
  }
  return outcome;
}

// The counters go with the enumerator's state once every writer has counted too.
void TaskSet::MaybeTellCounters(Outcome& outcome) {
  if (!enumerator_saved_ || sealed_ < plan_.writers()) return;
  enumerator_saved_->counters = {counted_.rows_read, counted_.bytes_read, counted_.rows_written};
  outcome.inputs.emplace_back(std::move(*enumerator_saved_));
  enumerator_saved_.reset();
}

Bytes TaskSet::SaveEnumerators() {
  std::vector<Bytes> states;
  for (Reading& reading : readings_) states.push_back(reading.enumerator->Save());
  return JoinStates(states);
}

// A split that is finished here was reported before its task saved, so before the barrier it passed
// on: its rows lie in front of that in every writer.
void TaskSet::NoteSnapshot(CheckpointId id) {
  for (Reading& reading : readings_) {
    if (!reading.snapshot_in && reading.enumerator->snapshot_over()) reading.snapshot_in = id;
    if (reading.snapshot_in && Planted(Bug::kLogBeforeSnapshot)) {
      reading.enumerator->OnSnapshotCommitted();
    }
  }
}

std::optional<CheckpointId> TaskSet::snapshot_in() const {
  CheckpointId last = 0;
  for (const Reading& reading : readings_) {
    if (!reading.snapshot_in) return std::nullopt;
    last = std::max(last, *reading.snapshot_in);
  }
  return last;
}

Status TaskSet::AssignSplits() {
  if (aligning_) return {};
  bool all_done = true;
  for (Reading& reading : readings_) {
    RETURN_IF_ERROR(AssignSplits(reading));
    all_done = all_done && reading.free.size() == plan_.sources[reading.number].parallelism &&
               reading.restored.empty() && reading.enumerator->done();
  }
  source_done_ = all_done;
  return {};
}

Status TaskSet::AssignSplits(Reading& reading) {
  while (!reading.free.empty()) {
    if (reading.restored.empty()) {
      ASSIGN_OR_RETURN(std::vector<Split> more, reading.enumerator->Next(reading.free.size()));
      std::ranges::move(more, std::back_inserter(reading.restored));
    }
    if (reading.restored.empty()) break;
    const TaskId task = *reading.free.begin();
    reading.free.erase(reading.free.begin());
    tasks_[task]->Assign(std::move(reading.restored.front()));
    reading.restored.pop_front();
  }
  return {};
}

}  // namespace sluice
