// SPDX-License-Identifier: Apache-2.0
// Status: the outcome of an operation that can fail. Result<T>: a value or a Status.
//
// Errors are values: they are returned, given context with In() on the way up, and never swallowed.
// An OK Status costs one null pointer; copies share the message. Messages never contain a Secret
// (config/secret.h).
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

enum class Code : uint8_t {
  kOk,
  kInvalidConfig,   // the job file, an option or a grant is wrong: somebody must change something
  kNotFound,        // a named thing does not exist
  kSchemaMismatch,  // rows, tables or types do not fit each other
  kCorruption,      // bytes that fail their checksum or their format
  kUnsupported,     // a known thing that this build does not do
  kUnavailable,     // network, server or disk: expected to pass
  kTimeout,         // a deadline passed
  kExhausted,       // a limit or a budget is spent
  kFenced,          // a newer run owns the job: stop without touching anything
  kCancelled,       // somebody asked to stop
  kCommitLost,      // prepared work of a durable checkpoint is gone from the target
  kPositionLost,    // the source no longer holds the position to resume from
  kInternal,        // a defect of sluice
};

// What a caller may do about a failure. Decided by the Code alone, so that no caller parses a
// message.
enum class Retry : uint8_t { kNever, kInPlace, kFromCheckpoint };

std::string_view CodeName(Code code);
Retry RetryOf(Code code);

class [[nodiscard]] Status {
 public:
  Status() = default;  // OK
  Status(Code code, std::string message);

  bool ok() const { return rep_ == nullptr; }
  Code code() const;
  Retry retry() const { return RetryOf(code()); }
  std::string_view message() const;

  // The same failure with "while <what>" put in front; OK stays OK. Read outermost first.
  Status In(std::string_view what) const;
  std::string ToString() const;

 private:
  struct Rep;
  std::shared_ptr<const Rep> rep_;
};

template <typename T>
using Result = std::expected<T, Status>;

inline std::unexpected<Status> Fail(Code code, std::string message) {
  return std::unexpected(Status(code, std::move(message)));
}
inline std::unexpected<Status> Fail(Status status) {
  return std::unexpected(std::move(status));
}

}  // namespace sluice

// NOLINTBEGIN(cppcoreguidelines-macro-usage): a return from the caller cannot be a function.
#define SLUICE_CONCAT_INNER(a, b) a##b
#define SLUICE_CONCAT(a, b) SLUICE_CONCAT_INNER(a, b)
// Returns the Status of `expr` from a function returning Status or Result<T>, unless it is OK.
#define RETURN_IF_ERROR(expr)                                             \
  do {                                                                    \
    if (::sluice::Status status_of_expr = (expr); !status_of_expr.ok()) { \
      return ::sluice::internal::AsReturn{std::move(status_of_expr)};     \
    }                                                                     \
  } while (false)
// `ASSIGN_OR_RETURN(auto x, F())`: x is F's value, or the function returns F's Status.
#define ASSIGN_OR_RETURN(lhs, expr)                                                              \
  auto SLUICE_CONCAT(result_of_, __LINE__) = (expr);                                             \
  if (!SLUICE_CONCAT(result_of_, __LINE__).has_value()) {                                        \
    return ::sluice::internal::AsReturn{std::move(SLUICE_CONCAT(result_of_, __LINE__).error())}; \
  }                                                                                              \
  lhs = std::move(*SLUICE_CONCAT(result_of_, __LINE__))
// NOLINTEND(cppcoreguidelines-macro-usage)

namespace sluice::internal {
// Converts to whichever of Status and Result<T> the surrounding function returns.
struct AsReturn {
  Status status;
  operator Status() && { return std::move(status); }  // NOLINT(google-explicit-constructor)
  template <typename T>
  operator Result<T>() && {  // NOLINT(google-explicit-constructor)
    return std::unexpected(std::move(status));
  }
};
}  // namespace sluice::internal
