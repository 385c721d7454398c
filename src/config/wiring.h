// SPDX-License-Identifier: Apache-2.0
// Wiring: which step takes whose rows, from plugin_input and plugin_output.
#pragma once

#include <vector>

#include "config/job_file.h"

namespace sluice {

enum class StepKind : uint8_t { kSource, kTransform, kSink };

struct StepRef {
  StepKind kind = StepKind::kSource;
  size_t index = 0;  // in its section

  friend auto operator<=>(const StepRef&, const StepRef&) = default;
};

struct Wiring {
  std::vector<size_t> transform_order;                 // upstream first
  std::vector<std::vector<StepRef>> transform_inputs;  // by index of the transform
  std::vector<std::vector<StepRef>> sink_inputs;       // by index of the sink
};

// One source, at most one transform and one sink need no names: each takes what came before it, and
// names that do not match are only noted. Anything bigger must name every output and input.
Wiring Wire(const JobFile& job, Diagnostics& diagnostics);

}  // namespace sluice
