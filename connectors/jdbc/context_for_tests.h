// SPDX-License-Identifier: Apache-2.0
// What a Context of a test has and does not use.
#pragma once

#include "api/context.h"

namespace sluice::jdbc {

class NoHttp final : public http::Client {
 public:
  Result<http::Response> Perform(const http::Request& /*request*/,
                                 const CancelToken& /*cancel*/) override {
    return Fail(Code::kInternal, "no HTTP here");
  }
};

class NoPhases final : public PhaseHook {
 public:
  void Reach(const char* /*phase*/, CheckpointId /*id*/) override {}
};

}  // namespace sluice::jdbc
