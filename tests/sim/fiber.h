// SPDX-License-Identifier: Apache-2.0
// Fiber: code that blocks, run in steps on one thread. The real store and committer block in the
// middle of what they do; on a fiber the simulator can let other things happen there, or never
// come back.
#pragma once

#include <ucontext.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace sluice::sim {

// Thrown through the code of a fiber that is given up, so that what it holds is freed.
struct Abandoned {};

class Fiber : public std::enable_shared_from_this<Fiber> {
 public:
  explicit Fiber(std::function<void()> body);
  ~Fiber();  // REQUIRES: finished
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Runs until the next Suspend or the end. Not from within a fiber.
  void Resume();
  // Unwinds the fiber; it is finished then. Not from within a fiber.
  void Abandon();
  bool finished() const { return finished_; }

  // The fiber that runs now; null outside of any.
  static Fiber* Current();
  // Within a fiber: back to whoever resumed it. Throws Abandoned when it is given up.
  static void Suspend();

 private:
  friend class Waker;
  static void Main(unsigned high, unsigned low);
  void Run();
  void SwitchIn();
  void SwitchOut(bool last);

  std::function<void()> body_;
  bool started_ = false;
  bool finished_ = false;
  bool abandoned_ = false;
  uint64_t ticket_ = 0;  // of the present or next suspension
  std::unique_ptr<char[]> stack_;
  ucontext_t self_;
  ucontext_t caller_;
  struct Sanitizer;  // what the sanitizers must be told of a switch
  std::unique_ptr<Sanitizer> sanitizer_;
};

// Resumes one suspension of one fiber, once; does nothing when that has passed.
class Waker {
 public:
  // For the next suspension of the fiber that runs now.
  static Waker ForCurrent();
  bool waiting() const;
  void Wake() const;  // not from within a fiber

 private:
  std::weak_ptr<Fiber> fiber_;
  uint64_t ticket_ = 0;
};

}  // namespace sluice::sim
