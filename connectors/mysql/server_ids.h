// SPDX-License-Identifier: Apache-2.0
// ServerIds: hands out the replica ids that the job may use; the server ends a connection whose id
// another one uses.
#pragma once

#include <cstdint>
#include <memory>
#include <set>

#include "base/status.h"
#include "base/sync.h"

namespace sluice::mysql {

// Any thread.
class ServerIds {
 public:
  // Gives its id back when destroyed. REQUIRES: the ServerIds live longer.
  class Lease {
   public:
    Lease() = default;
    Lease(ServerIds* from, uint32_t id) : from_(from), id_(id) {}
    Lease(Lease&& other) noexcept : from_(std::exchange(other.from_, nullptr)), id_(other.id_) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(from_, other.from_);
      std::swap(id_, other.id_);
      return *this;
    }
    ~Lease() {
      if (from_ != nullptr) from_->GiveBack(id_);
    }
    uint32_t id() const { return id_; }

   private:
    ServerIds* from_ = nullptr;
    uint32_t id_ = 0;
  };

  // Both ends included.
  ServerIds(uint32_t first, uint32_t last) : first_(first), last_(last) {}

  // kExhausted when every id is in use.
  Result<Lease> Take() {
    const std::lock_guard lock(mutex_);
    for (uint64_t id = first_; id <= last_; ++id) {
      if (used_.insert(static_cast<uint32_t>(id)).second) {
        return Lease(this, static_cast<uint32_t>(id));
      }
    }
    return Fail(Code::kExhausted, "server-id: every id of the range is in use; widen the range");
  }

 private:
  void GiveBack(uint32_t id) {
    const std::lock_guard lock(mutex_);
    used_.erase(id);
  }

  const uint32_t first_;
  const uint32_t last_;
  Mutex mutex_;
  std::set<uint32_t> used_;
};

}  // namespace sluice::mysql
