// SPDX-License-Identifier: Apache-2.0
#include "kit/faults.h"

#include <fmt/format.h>

namespace sluice::kit {
namespace {

Status Dead() {
  return {Code::kCancelled, "the process is dead"};
}

}  // namespace

const char* FaultName(Fault fault) {
  switch (fault) {
    case Fault::kNone:
      return "no fault";
    case Fault::kFailBefore:
      return "failure before";
    case Fault::kFailAfter:
      return "lost answer after";
    case Fault::kCrashBefore:
      return "crash before";
    case Fault::kCrashAfter:
      return "crash after";
  }
  return "";
}

void Faults::Arm(Fault fault, int nth) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  nth_ = nth;
  calls_ = 0;
  tripped_ = false;
  seen_.clear();
}

int Faults::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

bool Faults::tripped() const {
  const std::lock_guard lock(mutex_);
  return tripped_;
}

bool Faults::crashed() const {
  const std::lock_guard lock(mutex_);
  return crashed_;
}

void Faults::Crash() {
  const std::lock_guard lock(mutex_);
  crashed_ = true;
  changed_.notify_all();
}

std::vector<std::string> Faults::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void Faults::Hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void Faults::Release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

bool Faults::WaitForHeld(Duration at_most) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, at_most, [&] { return waiting_ > 0; });
}

Status Faults::CallStatus(const std::string& what, const std::function<Status()>& act) {
  const int number = Enter(what);
  RETURN_IF_ERROR(Before(number));
  const Status answer = act();
  RETURN_IF_ERROR(After(number));
  return answer;
}

int Faults::Enter(const std::string& what) {
  const std::lock_guard lock(mutex_);
  seen_.push_back(what);
  return ++calls_;
}

Status Faults::Before(int number) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return !held_ || crashed_; });
  --waiting_;
  if (crashed_) return Dead();
  if (number != nth_) return {};
  if (fault_ == Fault::kFailBefore) {
    tripped_ = true;
    return {Code::kUnavailable, fmt::format("planted: call {} was not made", number)};
  }
  if (fault_ == Fault::kCrashBefore) {
    tripped_ = crashed_ = true;
    return Dead();
  }
  return {};
}

Status Faults::After(int number) {
  const std::lock_guard lock(mutex_);
  if (crashed_) return Dead();
  if (number != nth_) return {};
  if (fault_ == Fault::kFailAfter) {
    tripped_ = true;
    return {Code::kTimeout, fmt::format("planted: the answer to call {} was lost", number)};
  }
  if (fault_ == Fault::kCrashAfter) {
    tripped_ = crashed_ = true;
    return Dead();
  }
  return {};
}

std::string Met::TooFew() const {
  constexpr int kOneMissedOf = 4;
  if (missed_ * kOneMissedOf <= met_ + missed_) return "";
  return fmt::format("only {} of {} happened", met_, met_ + missed_);
}

}  // namespace sluice::kit
