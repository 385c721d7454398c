// SPDX-License-Identifier: Apache-2.0
// Wire: a process' connection to the target. Requests and answers are lost, doubled, late and
// reordered; what is on its way when the process dies still arrives. Calls block a fiber.
//
// The body of a load arrives at most once: HTTP over TCP sends it once, and the client never sends
// it again under the same label.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/sim_target.h"
#include "sim/world.h"
#include "starrocks/commit_logic.h"

namespace sluice::sim {

inline starrocks::TableName SimTable(uint32_t table) {
  return {"sales", fmt::format("table_{}", table)};
}

class Wire final : public starrocks::TransactionApi, public std::enable_shared_from_this<Wire> {
 public:
  // `on_effect` is called after everything that changed the target while the process lived.
  Wire(World& world, const Scenario& scenario, SimTarget& target, const bool& target_is_up,
       std::string owner, std::function<void()> on_effect)
      : world_(world),
        scenario_(scenario),
        target_(target),
        target_is_up_(target_is_up),
        owner_(std::move(owner)),
        on_effect_(std::make_shared<std::function<void()>>(std::move(on_effect))) {}

  // What is on its way no longer reports to the process.
  void Detach() { *on_effect_ = nullptr; }

  // Nothing is sent before `until`: the process stands still.
  void Pause(TimePoint until) { paused_until_ = until; }

  Status Begin(const std::string& label, uint32_t table, uint64_t run);
  Status Load(const std::string& label, std::vector<RowRef> rows);
  Status Prepare(const std::string& label);
  Status Alter(const Alteration& to);
  Result<starrocks::TxnState> State(const std::string& database, const std::string& label) override;
  Status Commit(const std::string& database, const std::string& table,
                const std::string& label) override;
  Status Rollback(const std::string& database, const std::string& table,
                  const std::string& label) override;

 private:
  struct Call;
  enum class Kind : uint8_t { kQuestion, kOnce, kRepeatable };
  // `act` is told whether its sender still waits.
  Status Send(const char* what, const std::string& label, Kind kind,
              std::function<Status(bool waiting)> act);
  void Arrive(const std::shared_ptr<Call>& call, bool answer);

  World& world_;
  const Scenario& scenario_;
  SimTarget& target_;
  const bool& target_is_up_;
  const std::string owner_;
  TimePoint paused_until_;
  std::shared_ptr<std::function<void()>> on_effect_;
};

}  // namespace sluice::sim
