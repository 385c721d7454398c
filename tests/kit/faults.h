// SPDX-License-Identifier: Apache-2.0
// Faults: counts the calls by which a plugin leaves the process, and breaks one of them.
//
// Every fixture routes its calls through one of these: HTTP and SQL by faulty_clients.h, ends in
// memory by Call() themselves.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"

namespace sluice::kit {

enum class Fault : uint8_t {
  kNone,
  kFailBefore,   // the call does not act and says kUnavailable; later calls go well
  kFailAfter,    // the call acts, its answer is lost: kTimeout; later calls go well
  kCrashBefore,  // the process dies before the call acts: nothing leaves it any more
  kCrashAfter,   // the process dies after the call acted
};
const char* FaultName(Fault fault);

// Any thread.
class Faults {
 public:
  // Breaks the `nth` call from now, counted from 1.
  void Arm(Fault fault, int nth);
  int calls() const;                      // since Arm or the beginning
  bool tripped() const;                   // the armed fault has happened
  bool crashed() const;                   // and was a crash
  void Crash();                           // from outside, between two calls
  std::vector<std::string> seen() const;  // the names of the calls, for messages

  // Calls wait from now on until Release. Crash also ends the waiting.
  void Hold();
  void Release();
  bool WaitForHeld(Duration at_most) const;  // true: a call is waiting

  template <typename T>
  Result<T> Call(const std::string& what, const std::function<Result<T>()>& act) {
    const int number = Enter(what);
    RETURN_IF_ERROR(Before(number));
    Result<T> answer = act();
    RETURN_IF_ERROR(After(number));
    return answer;
  }
  Status CallStatus(const std::string& what, const std::function<Status()>& act);

 private:
  int Enter(const std::string& what);
  Status Before(int number);
  Status After(int number);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Fault fault_ = Fault::kNone;
  int nth_ = 0;
  int calls_ = 0;
  bool tripped_ = false;
  bool crashed_ = false;
  bool held_ = false;
  int waiting_ = 0;
  std::vector<std::string> seen_;
};

// Of the faults that a law armed, how many happened. Threads make the number of calls differ from
// run to run, so that the last ones may not come; most must.
class Met {
 public:
  void Count(bool met) { (met ? met_ : missed_) += 1; }
  std::string TooFew() const;  // empty: enough

 private:
  int met_ = 0;
  int missed_ = 0;
};

}  // namespace sluice::kit
