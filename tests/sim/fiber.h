// SPDX-License-Identifier: Apache-2.0
// Fiber: code that blocks, run in steps on one thread. What is a thread of its own elsewhere is a
// fiber here: wherever it waits the simulator can let other things happen, or never come back.
// sim/threads.h builds the threads of a process of them.
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
  // `owner`: whose it is, for owner().
  Fiber(std::function<void()> body, void* owner);
  ~Fiber();  // REQUIRES: finished
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Runs until the next Suspend or the end. Not from within a fiber.
  void Resume();
  // Unwinds the fiber; it is finished then. Not from within a fiber.
  void Abandon();
  bool finished() const { return finished_; }
  void* owner() const { return owner_; }
  // Of the present or the next suspension; each has another.
  uint64_t ticket() const { return ticket_; }

  // The fiber that runs now; null outside of any.
  static Fiber* Current();
  // Within a fiber: back to whoever resumed it. False: it is given up, and must throw Abandoned
  // wherever it may.
  static bool Suspend();

 private:
  static void Main(unsigned high, unsigned low);
  void Run();
  void SwitchIn();
  void SwitchOut(bool last);

  std::function<void()> body_;
  void* const owner_;
  bool started_ = false;
  bool finished_ = false;
  bool abandoned_ = false;
  uint64_t ticket_ = 0;
  std::unique_ptr<char[]> stack_;
  ucontext_t self_;
  ucontext_t caller_;
  struct Sanitizer;  // what the sanitizers must be told of a switch
  std::unique_ptr<Sanitizer> sanitizer_;
};

}  // namespace sluice::sim
