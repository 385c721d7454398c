// SPDX-License-Identifier: Apache-2.0
// Wire: a process' connection to the target. Requests and answers are lost, doubled, late and
// reordered; what is on its way when the process dies still arrives. Send blocks the thread that
// calls it.
//
// The body of a load arrives at most once: HTTP over TCP sends it once, and the client never sends
// it again under the same label.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/cancel.h"
#include "sim/scenario.h"
#include "sim/world.h"

namespace sluice::sim {

class Wire : public std::enable_shared_from_this<Wire> {
 public:
  // `on_effect` is called after everything that changed the target while the process lived.
  Wire(World& world, const Scenario& scenario, const bool& target_is_up, std::string owner,
       std::function<void()> on_effect)
      : world_(world),
        scenario_(scenario),
        target_is_up_(target_is_up),
        owner_(std::move(owner)),
        on_effect_(std::make_shared<std::function<void()>>(std::move(on_effect))) {}

  // What is on its way no longer reports to the process.
  void Detach() { *on_effect_ = nullptr; }

  enum class Kind : uint8_t { kQuestion, kOnce, kRepeatable };
  struct Message {
    std::string what;  // for people
    Kind kind = Kind::kQuestion;
    Duration timeout{0};
    // What the target does and answers; is told whether the sender still waits. Its captures
    // outlive processes.
    std::function<std::string(bool waiting)> act;
  };
  // The answer. kUnavailable: certainly not acted upon. kTimeout, kCancelled: unknown.
  Result<std::string> Send(Message message, const CancelToken& cancel);

 private:
  struct Call;
  void Deliver(const std::shared_ptr<Call>& call);
  void Arrive(const std::shared_ptr<Call>& call, bool answer);

  World& world_;
  const Scenario& scenario_;
  const bool& target_is_up_;
  const std::string owner_;
  std::shared_ptr<std::function<void()>> on_effect_;
};

}  // namespace sluice::sim
