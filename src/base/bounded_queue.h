// SPDX-License-Identifier: Apache-2.0
// BoundedQueue<T>: hands values between threads, bounded in bytes, never spins.
//
// Any number of producers and consumers. A value larger than the whole bound is let in when the
// queue is empty, so that one huge row cannot block for ever. Close() wakes everybody: pushes are
// refused, pops drain what is left.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/env.h"
#include "base/sync.h"

namespace sluice {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t bytes_max) : bytes_max_(bytes_max) {}

  // Waits for room at most `wait`. False: no room in time, or closed; `value` is then untouched.
  bool Push(T& value, size_t bytes, Duration wait) {
    std::unique_lock lock(mutex_);
    const auto has_room = [&] { return closed_ || items_.empty() || bytes_ + bytes <= bytes_max_; };
    if (!room_.wait_for(lock, wait, has_room) || closed_) return false;
    items_.emplace_back(std::move(value), bytes);
    bytes_ += bytes;
    filled_.notify_one();
    return true;
  }

  // Adds without regard to the bound: for control messages that must never wait behind data.
  void ForcePush(T value, size_t bytes = 0) {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    items_.emplace_back(std::move(value), bytes);
    bytes_ += bytes;
    filled_.notify_one();
  }

  // Waits for a value at most `wait`. Empty: none in time, or closed and drained.
  std::optional<T> Pop(Duration wait) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, wait, [&] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    std::optional<T> value(std::move(items_.front().first));
    bytes_ -= items_.front().second;
    items_.pop_front();
    room_.notify_all();
    return value;
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    filled_.notify_all();
    room_.notify_all();
  }

  bool full() const {
    const std::lock_guard lock(mutex_);
    return bytes_ >= bytes_max_;
  }
  bool closed_and_empty() const {
    const std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }
  size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  const size_t bytes_max_;
  mutable Mutex mutex_;
  CondVar filled_;
  CondVar room_;
  std::deque<std::pair<T, size_t>> items_;
  size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace sluice
