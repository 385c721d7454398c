// SPDX-License-Identifier: Apache-2.0
#include "sim/wire.h"

#include <optional>

namespace sluice::sim {
namespace {

constexpr Duration kRequestTimeout = std::chrono::seconds(3);

}  // namespace

struct Wire::Call {
  const char* what;
  std::string label;
  Kind kind;
  std::function<Status(bool)> act;
  Waker sender;
  std::optional<Status> answer;
  std::shared_ptr<std::function<void()>> on_effect;
};

Status Wire::Send(const char* what, const std::string& label, Kind kind,
                  std::function<Status(bool)> act) {
  while (world_.now < paused_until_) world_.Sleep(paused_until_ - world_.now);
  if (!target_is_up_ || scenario_.Happens(world_, scenario_.refused)) {
    world_.Sleep(world_.Millis(1, 30));
    return {Code::kUnavailable, "connection refused"};
  }
  const auto call = std::make_shared<Call>(
      Call{what, label, kind, std::move(act), Waker::ForCurrent(), std::nullopt, on_effect_});
  const auto send = [&](bool answer) {
    const bool late = scenario_.Happens(world_, scenario_.message_late);
    const Duration delay = late ? world_.Millis(1000, 60'000) : world_.Micros(100, 15'000);
    world_.In(delay, [self = shared_from_this(), call, answer] { self->Arrive(call, answer); });
  };
  const bool lost = scenario_.Happens(world_, scenario_.request_lost);
  if (lost) {
    world_.Probe("request lost");
    world_.Trace("{}: {} {} is lost", owner_, what, label);
  } else {
    send(true);
    if (kind == Kind::kRepeatable && scenario_.Happens(world_, scenario_.request_doubled)) {
      world_.Probe("request doubled");
      send(false);
    }
  }
  // A broken connection is noticed sooner than a silent one.
  const bool broken = lost && world_.dice.Chance(0.5);
  world_.In(broken ? world_.Millis(1, 200) : kRequestTimeout, [call] { call->sender.Wake(); });
  Fiber::Suspend();
  if (call->answer) return *call->answer;
  return {broken ? Code::kUnavailable : Code::kTimeout, fmt::format("no answer to {}", what)};
}

void Wire::Arrive(const std::shared_ptr<Call>& call, bool answer) {
  const bool waiting = call->sender.waiting();
  if (!waiting) world_.Probe("message of a sender that is gone");
  const Status status = call->act(waiting && answer);
  world_.Trace("{}: {} {}: {}{}", owner_, call->what, call->label, status.ToString(),
               waiting ? "" : " (nobody waits)");
  if (call->kind != Kind::kQuestion && *call->on_effect) (*call->on_effect)();
  if (!answer) return;
  if (scenario_.Happens(world_, scenario_.answer_lost)) {
    world_.Probe("answer lost");
    return;
  }
  const bool late = scenario_.Happens(world_, scenario_.message_late);
  world_.In(late ? world_.Millis(500, 6000) : world_.Micros(100, 15'000), [call, status] {
    if (!call->sender.waiting()) return;
    call->answer = status;
    call->sender.Wake();
  });
}

Status Wire::Begin(const std::string& label, uint32_t table, uint64_t run) {
  return Send("begin", label, Kind::kRepeatable,
              [&target = target_, label, table, run](bool waiting) {
                return target.Begin(label, table, run, !waiting);
              });
}

Status Wire::Alter(const Alteration& to) {
  return Send("alter",
              fmt::format("table {} to version {} of split {}", to.table, to.version, to.split),
              Kind::kRepeatable, [&target = target_, to](bool) { return target.Alter(to); });
}

Status Wire::Load(const std::string& label, std::vector<RowRef> rows) {
  return Send("load", label, Kind::kOnce, [&target = target_, label, rows = std::move(rows)](bool) {
    return target.Load(label, rows);
  });
}

Status Wire::Prepare(const std::string& label) {
  return Send("prepare", label, Kind::kRepeatable,
              [&target = target_, label](bool) { return target.Prepare(label); });
}

Result<starrocks::TxnState> Wire::State(const std::string& /*database*/, const std::string& label) {
  const auto told = std::make_shared<starrocks::TxnState>();
  const Status status =
      Send("state", label, Kind::kQuestion, [&target = target_, label, told](bool) {
        *told = target.State(label);
        return Status();
      });
  if (!status.ok()) return Fail(status);
  return *told;
}

Status Wire::Commit(const std::string& /*database*/, const std::string& /*table*/,
                    const std::string& label) {
  return Send("commit", label, Kind::kRepeatable,
              [&target = target_, label](bool) { return target.Commit(label); });
}

Status Wire::Rollback(const std::string& /*database*/, const std::string& /*table*/,
                      const std::string& label) {
  return Send("rollback", label, Kind::kRepeatable,
              [&target = target_, label](bool) { return target.Rollback(label); });
}

}  // namespace sluice::sim
