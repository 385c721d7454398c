// SPDX-License-Identifier: Apache-2.0
#include "sim/wire.h"

#include <optional>

#include "sim/threads.h"

namespace sluice::sim {
namespace {

constexpr Duration kCancelPoll = std::chrono::milliseconds(100);

}  // namespace

struct Wire::Call {
  Message message;
  bool waiting = true;  // its sender
  Waker sender;         // for the wait it is in
  std::optional<std::string> answer;
  std::shared_ptr<std::function<void()>> on_effect;
};

Result<std::string> Wire::Send(Message message, const CancelToken& cancel) {
  Threads* threads = Threads::Current();
  threads->CheckAlive();
  if (!target_is_up_ || scenario_.Happens(world_, scenario_.refused)) {
    threads->WaitFor(world_.Millis(1, 30));
    return Fail(Code::kUnavailable, "connection refused");
  }
  const auto call =
      std::make_shared<Call>(Call{std::move(message), true, {}, std::nullopt, on_effect_});
  // However the wait ends, by the end of the process too.
  struct Leave {
    Call& call;
    ~Leave() { call.waiting = false; }
  } const leave{*call};
  const bool lost = scenario_.Happens(world_, scenario_.request_lost);
  if (lost) {
    world_.Probe("request lost");
    world_.Trace("{}: {} is lost", owner_, call->message.what);
  } else {
    Deliver(call);
  }
  // A broken connection is noticed sooner than a silent one.
  const bool broken = lost && world_.dice.Chance(0.5);
  const TimePoint until = world_.now + (broken ? world_.Millis(1, 200) : call->message.timeout);
  while (!call->answer && world_.now < until) {
    if (cancel.cancelled()) return Fail(Code::kCancelled, "the job was asked to stop");
    if (call->answer || world_.now >= until) break;  // while the token was asked
    call->sender = Waker::ForCurrent();
    call->sender.WakeIn(std::min(kCancelPoll, until - world_.now));
    threads->Wait();
  }
  if (call->answer) return *call->answer;
  return Fail(broken ? Code::kUnavailable : Code::kTimeout, "no answer");
}

void Wire::Deliver(const std::shared_ptr<Call>& call) {
  const auto send = [&](bool answer) {
    const bool late = scenario_.Happens(world_, scenario_.message_late);
    const Duration delay = late ? world_.Millis(1000, 60'000) : world_.Micros(100, 15'000);
    world_.In(delay, [self = shared_from_this(), call, answer] { self->Arrive(call, answer); });
  };
  send(true);
  if (call->message.kind != Kind::kRepeatable) return;
  if (!scenario_.Happens(world_, scenario_.request_doubled)) return;
  world_.Probe("request doubled");
  send(false);
}

void Wire::Arrive(const std::shared_ptr<Call>& call, bool answer) {
  if (!call->waiting) world_.Probe("message of a sender that is gone");
  const std::string said = call->message.act(call->waiting && answer);
  world_.Trace("{}: {}: {}{}", owner_, call->message.what, said,
               call->waiting ? "" : " (nobody waits)");
  if (call->message.kind != Kind::kQuestion && *call->on_effect) (*call->on_effect)();
  if (!answer) return;
  if (scenario_.Happens(world_, scenario_.answer_lost)) {
    world_.Probe("answer lost");
    return;
  }
  const bool late = scenario_.Happens(world_, scenario_.message_late);
  world_.In(late ? world_.Millis(500, 6000) : world_.Micros(100, 15'000), [call, said] {
    if (!call->waiting) return;
    call->answer = said;
    call->sender.Wake();
  });
}

}  // namespace sluice::sim
