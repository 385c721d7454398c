// SPDX-License-Identifier: Apache-2.0
// Checksum: a sink that only hashes what it gets, and takes as long as told to prepare a
// checkpoint.
#pragma once

#include <vector>

#include "api/registry.h"
#include "base/env.h"

namespace sluice::bench {

// Seconds between the end of a Write and the begin of the next.
struct WriteGaps {
  std::vector<double> across;  // a checkpoint was sealed between the two
  std::vector<double> within;  // none was
};

// `prepare`: from the sealing of a checkpoint until it counts as durable. `gaps` may be null; else
// it is filled by the one writer of the job and outlives it.
Plugin ChecksumSink(Duration prepare, WriteGaps* gaps);

}  // namespace sluice::bench
