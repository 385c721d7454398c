// SPDX-License-Identifier: Apache-2.0
// What the job file says of statements that change captured tables.
#pragma once

#include <cstdint>
#include <string>

#include "config/option_spec.h"

namespace sluice::mysql {

enum class DdlPolicy : uint8_t {
  kFollow,
  kIgnore,  // rows go on without it
  kStop,
};

struct DdlRules {
  bool pass_on = false;  // schema-changes.enabled
  DdlPolicy add_column = DdlPolicy::kFollow;
  DdlPolicy drop_column = DdlPolicy::kFollow;
  DdlPolicy modify_column = DdlPolicy::kFollow;
  DdlPolicy rename_column = DdlPolicy::kFollow;
  DdlPolicy create_table = DdlPolicy::kFollow;
  DdlPolicy drop_table = DdlPolicy::kStop;
  DdlPolicy rename_table = DdlPolicy::kFollow;
  DdlPolicy truncate_table = DdlPolicy::kStop;
};

// What the option schema-changes.policy says, for its documentation.
extern const char kPolicyHelp[];
// Its entries into `rules`. Returns what is wrong, empty when all is well.
std::string ReadPolicies(const StringMap& entries, DdlRules& rules);

}  // namespace sluice::mysql
