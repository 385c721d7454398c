// SPDX-License-Identifier: Apache-2.0
// A job has one checkpoint, whatever the number of its sources and sinks. Here what belongs to one
// of them is marked with whose it is, on its way into a manifest, and found again.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "api/reader.h"
#include "api/sink.h"
#include "base/bytes.h"
#include "base/status.h"

namespace sluice {

// The states of all sources, in order.
Bytes JoinStates(std::span<const Bytes> states);
// kInvalidConfig: they are of another number of sources.
Result<std::vector<Bytes>> PartStates(std::string_view joined, size_t sources);

Split OfSource(uint32_t source, Split split);
struct OwnedSplit {
  uint32_t source = 0;
  Split split;
};
Result<OwnedSplit> OwnerOf(Split split, size_t sources);

// Empty work stays empty: it is nobody's.
Prepared ForSink(uint32_t sink, Prepared work);
// By sink, in order.
Result<std::vector<std::vector<Prepared>>> BySink(std::span<const Prepared> work, size_t sinks);

}  // namespace sluice
