// SPDX-License-Identifier: Apache-2.0
// SimTransaction: what connectors/starrocks/table_transaction.cc does, on a fiber: begin, load and
// prepare; leave a try that failed and write its rows again under the next.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/wire.h"
#include "sim/world.h"
#include "starrocks/labels.h"

namespace sluice::sim {

class SimTransaction {
 public:
  // `on_progress` is called after each job, from a fiber.
  SimTransaction(World& world, Wire& wire, std::string name, uint32_t table,
                 starrocks::LabelParts parts, std::function<void()> on_progress);

  void Add(std::vector<RowRef> rows);
  void Prepare();
  Result<std::optional<starrocks::PreparedTxn>> Poll() const;
  size_t unsent() const { return unsent_; }  // batches

 private:
  void Run(const std::function<Status()>& step);
  Status LoadBatch(const std::vector<RowRef>& rows);
  Status Finish();
  Status Begin();
  Status PrepareTry();
  Status TryAgain(const Status& failure);
  Status Leave();
  Status Replay();
  std::string label() const;

  World& world_;
  Wire& wire_;
  const std::string name_;
  const uint32_t number_;
  const starrocks::TableName table_;
  starrocks::LabelParts parts_;
  const std::function<void()> on_progress_;
  const bool repeatable_;
  bool begun_ = false;
  std::vector<std::vector<RowRef>> held_;
  Status status_;
  uint64_t rows_ = 0;
  size_t unsent_ = 0;
  std::optional<starrocks::PreparedTxn> prepared_;
  SerialFiber strand_;  // last: gives its fiber up before the rest goes
};

}  // namespace sluice::sim
