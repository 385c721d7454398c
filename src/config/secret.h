// SPDX-License-Identifier: Apache-2.0
// Secret: a password or token. It has no stream or format operator, so it cannot reach a log by
// accident.
#pragma once

#include <string>
#include <utility>

namespace sluice {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& Reveal() const { return value_; }  // only where it leaves for its server
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

}  // namespace sluice
