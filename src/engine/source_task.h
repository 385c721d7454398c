// SPDX-License-Identifier: Apache-2.0
// SourceTask: reads splits of one source, runs the transforms and hands the rows on to each sink:
// to its own writer (one thread from source to sink) or into the sink's exchange. One thread;
// everything else talks to it through Assign, SendBarrier and Stop.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <variant>

#include "api/source.h"
#include "base/sync.h"
#include "base/thread.h"
#include "engine/rate_limit.h"
#include "engine/transform_tree.h"
#include "engine/wakeup.h"
#include "engine/writer_stage.h"

namespace sluice {

// Where rows of a task enter a sink: one of the two.
struct SinkPort {
  std::unique_ptr<Emitter> exchange;
  std::unique_ptr<WriterStage> writer;

  Emitter& out() const { return exchange ? *exchange : static_cast<Emitter&>(*writer); }
};

struct SourceTaskParts {
  TaskId id = 0;
  Run run = 0;
  Context& ctx;
  Source& source;
  std::vector<SinkPort> ports;
  std::unique_ptr<TransformTree> tree;  // that ends in the ports
  TaskCounters& counters;
  ReportFn report;
  RateLimit limit;
  std::shared_ptr<Wakeup> wakeup;  // notified by ctx.wake
};

class SourceTask {
 public:
  explicit SourceTask(SourceTaskParts parts);
  ~SourceTask();  // Stop first

  // Any thread.
  void Start();
  void Assign(Split split);
  // `hold`: reads nothing behind it until the next barrier.
  void SendBarrier(const Barrier& barrier, bool hold);
  void TakeChange();  // answered by ChangeTaken
  // The target has applied `change`. `emit`: this task's reader took it, and its rows follow.
  void PassChange(const SchemaChange& change, bool emit);
  void NotifyComplete(CheckpointId id);
  void Stop();  // asks; the thread ends within one Read

 private:
  // Counts what the reader emits before the transforms see it.
  class Counter final : public Emitter {
   public:
    Counter(SourceTask& task) : task_(task) {}  // NOLINT(google-explicit-constructor)
    void Emit(Event event) override;
    bool full() const override { return task_.tree_->full() || task_.limit_.exhausted(); }

   private:
    SourceTask& task_;
  };
  struct Complete {
    CheckpointId id;
  };
  struct BarrierToPass {
    Barrier barrier;
    bool hold = false;
  };
  struct Take {};
  struct Pass {
    SchemaChange change;
    bool emit = false;
  };
  using Message = std::variant<Split, BarrierToPass, Complete, Take, Pass>;

  void Loop();
  void Send(Message message);
  Status Step();
  Status HandleMessages();
  bool inside() const;
  Status OpenSplit(Split split);
  Status Handle(Split& split) { return OpenSplit(std::move(split)); }
  Status Handle(const BarrierToPass& message);
  Status Handle(const Complete& message);
  Status Handle(const Take& message);
  Status Handle(const Pass& message);
  Status StandAtChange();
  Status ReadOnce();
  Status FinishSplit();
  Status CheckDownstream() const;

  const TaskId id_;
  const Run run_;
  Context& ctx_;
  Source& source_;
  std::vector<SinkPort> ports_;
  std::unique_ptr<TransformTree> tree_;  // after the ports: it emits into them
  TaskCounters& counters_;
  ReportFn report_;
  RateLimit limit_;
  Counter counter_{*this};

  std::shared_ptr<Wakeup> wakeup_;
  Mutex mutex_;
  std::deque<Message> messages_;
  bool stop_ = false;

  std::unique_ptr<Reader> reader_;
  std::optional<Split> split_;
  uint64_t rows_read_ = 0;
  uint64_t bytes_read_ = 0;
  bool ended_ = false;  // the last barrier has passed: what follows would belong to no checkpoint
  bool held_ = false;   // the last barrier said so
  bool at_change_ = false;  // the reader stands at a change of schema
  TimePoint flush_at_;
  Duration idle_{0};
  Thread thread_;
};

}  // namespace sluice
