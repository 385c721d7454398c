// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <fmt/format.h>

#include "base/check.h"

namespace sluice {

struct Status::Rep {
  Code code;
  std::string message;
};

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kOk:
      return "ok";
    case Code::kInvalidConfig:
      return "invalid config";
    case Code::kNotFound:
      return "not found";
    case Code::kSchemaMismatch:
      return "schema mismatch";
    case Code::kCorruption:
      return "corruption";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kTimeout:
      return "timeout";
    case Code::kExhausted:
      return "exhausted";
    case Code::kFenced:
      return "fenced";
    case Code::kCancelled:
      return "cancelled";
    case Code::kCommitLost:
      return "commit lost";
    case Code::kPositionLost:
      return "position lost";
    case Code::kInternal:
      return "internal";
  }
  return "unknown";
}

Retry RetryOf(Code code) {
  switch (code) {
    case Code::kUnavailable:
    case Code::kTimeout:
      return Retry::kInPlace;
    case Code::kExhausted:
    case Code::kInternal:
      return Retry::kFromCheckpoint;
    default:
      return Retry::kNever;
  }
}

Status::Status(Code code, std::string message) {
  CHECK(code != Code::kOk);
  rep_ = std::make_shared<const Rep>(Rep{code, std::move(message)});
}

Code Status::code() const {
  return rep_ ? rep_->code : Code::kOk;
}

std::string_view Status::message() const {
  return rep_ ? rep_->message : std::string_view();
}

Status Status::In(std::string_view what) const {
  if (ok()) return {};
  return {code(), fmt::format("while {}: {}", what, message())};
}

std::string Status::ToString() const {
  return ok() ? "ok" : fmt::format("{}: {}", CodeName(code()), message());
}

}  // namespace sluice
