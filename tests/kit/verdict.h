// SPDX-License-Identifier: Apache-2.0
// Verdict: what a law says about a plugin. Laws return it instead of failing a test, so that a test
// can also demand that a broken plugin is found out.
#pragma once

#include <string>
#include <utility>

#include "base/status.h"

namespace sluice::kit {

struct Verdict {
  std::string problem;  // empty: the law holds
  std::string skipped;  // why it was not tried; empty: it was
};

inline Verdict Holds() {
  return {};
}
inline Verdict Broken(std::string problem) {
  return {std::move(problem), ""};
}
inline Verdict Skipped(std::string reason) {
  return {"", std::move(reason)};
}

}  // namespace sluice::kit

// NOLINTBEGIN(cppcoreguidelines-macro-usage): a return from the caller cannot be a function.
// Returns Broken("what: status") from a law unless the Status is OK.
#define BROKEN_IF_ERROR(expr, what)                                                      \
  do {                                                                                   \
    if (const ::sluice::Status& status_of_law = (expr); !status_of_law.ok()) {           \
      return ::sluice::kit::Broken(std::string(what) + ": " + status_of_law.ToString()); \
    }                                                                                    \
  } while (false)
// Returns Broken(text) from a law unless the text is empty.
#define BROKEN_IF(text, what)                                                   \
  do {                                                                          \
    if (const std::string problem_of_text = (text); !problem_of_text.empty()) { \
      return ::sluice::kit::Broken(std::string(what) + ": " + problem_of_text); \
    }                                                                           \
  } while (false)
// NOLINTEND(cppcoreguidelines-macro-usage)
