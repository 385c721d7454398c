// SPDX-License-Identifier: Apache-2.0
// TableIds: what a server's table ids stand for.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace sluice::mysql {

class CapturedTable;

// One thread.
class TableIds {
 public:
  // Nothing: the id is unknown. Null: the table is not captured. Asked twice for each rows event,
  // nearly always about the id of the question before.
  std::optional<CapturedTable*> Find(uint64_t id) {
    if (last_ && last_->first == id) return last_->second;
    const auto found = tables_.find(id);
    if (found == tables_.end()) return std::nullopt;
    last_.emplace(id, found->second);
    return found->second;
  }
  // REQUIRES: Find had nothing.
  void Add(uint64_t id, CapturedTable* table) { tables_.emplace(id, table); }
  void Clear() {
    tables_.clear();
    last_.reset();
  }
  size_t size() const { return tables_.size(); }

 private:
  std::unordered_map<uint64_t, CapturedTable*> tables_;
  std::optional<std::pair<uint64_t, CapturedTable*>> last_;
};

}  // namespace sluice::mysql
