// SPDX-License-Identifier: Apache-2.0
// SimWriter: a writer task with its inbox: aligns the barriers of all sources (engine/exchange.cc),
// collects rows by table and answers a barrier in two steps (connectors/starrocks/writer.cc).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "engine/job_machine.h"
#include "sim/sim_transaction.h"

namespace sluice::sim {

// What the tasks of one run share.
struct TaskSetup {
  World& world;
  const Scenario& scenario;
  const SimSource& source;
  std::shared_ptr<Wire> wire;
  std::string name;  // LabelName
  Run run = 0;
  CheckpointId first_checkpoint = 1;
  std::function<void(Input)> report;  // may be called from a fiber
};

using SimEvent = std::variant<RowRef, Barrier>;

class SimWriter : public std::enable_shared_from_this<SimWriter> {
 public:
  // `on_sealed` is called when a barrier has passed.
  SimWriter(const TaskSetup& setup, TaskId id, std::function<void()> on_sealed);
  void Push(TaskId source, SimEvent event);
  // The sources stop reading until it is false again.
  bool full() const;

 private:
  struct Open {
    std::vector<RowRef> batch;
    std::shared_ptr<SimTransaction> transaction;
  };
  void Wake();
  void Step();
  std::optional<SimEvent> Next();
  std::optional<Barrier> Align(TaskId source, const Barrier& barrier);
  void Write(const RowRef& row);
  void SendBatch(uint32_t table, Open& open);
  void Seal(CheckpointId id);
  void PollPrepared();
  void Fail(const Status& status);

  const TaskSetup setup_;
  const TaskId id_;
  const std::function<void()> on_sealed_;
  std::vector<std::deque<SimEvent>> channels_;
  std::vector<std::optional<Barrier>> held_;
  bool awake_ = false;
  bool failed_ = false;
  CheckpointId next_id_;
  std::map<uint32_t, Open> open_;
  std::map<CheckpointId, std::vector<std::shared_ptr<SimTransaction>>> sealed_;
};

}  // namespace sluice::sim
