// SPDX-License-Identifier: Apache-2.0
// The rare branches that the seeds must meet to be worth anything.
#pragma once

#include <array>
#include <string_view>

namespace sluice::sim {

// Each Probe of src/ and connectors/ (tests/tidy holds the list against them).
inline constexpr auto kProbesOfTheCode = std::to_array<std::string_view>({
    "stop before a change",
    "alter asked for again",
    "stop inside a change",
    "barrier held back",
    "torn record",
    "run raised by another",
    "earlier checkpoint",
    "recommit on recovery",
    "roll back",
    "progress forgives restarts",
    "recovery times out",
    "checkpoint times out",
    "split finished behind its barrier",
    "split saved before it was read again",
    "start tried again",
    "last checkpoint waits for the one before",
    "fenced publish",
    "commit asked for again",
    "barrier waits inside a transaction",
    "record of another run",
    "torn body",
    "half a file removed",
    "prepared without an answer",
    "prepare asked for again",
    "transaction given up",
    "transaction written again",
    "alter job cancelled",
    "alter of somebody else runs",
    "alter job takes long",
    "swept again for an alter",
    "waits for room for a transaction",
    "cancelled instead of rolled back",
    "another front end is asked",
    "unreadable answer",
    "committed before",
    "committed without an answer",
    "still prepared after a commit",
    "leftover is visible",
    "still there after a rollback",
});

// What the simulated surroundings do.
inline constexpr auto kProbesOfTheWorld = std::to_array<std::string_view>({
    "commit lost",
    "orphan sweep",
    "orphan rolled back",
    "change taken",
    "change refused",
    "altered",
    "alter waits for transactions",
    "alter cancelled",
    "alter refused",
    "zombie",
    "zombie step",
    "zombie commits",
    "late begin",
    "message of a sender that is gone",
    "prepared work vanished",
    "label forgotten",
    "published late",
    "load failed",
    "too many transactions",
    "open transaction gone with the leader",
    "unsynced change lost",
    "request lost",
    "request doubled",
    "answer lost",
    "answer garbled",
    "target down",
    "task failure",
    "opening fails",
    "process stands still",
    "clock jumps",
    "stopped",
    "drained",
    "failed and started again",
    "given up: commit lost",
    "given up: corruption",
    "given up: schema mismatch",
});

// A crash in every state.
inline constexpr auto kProbesOfCrashes = std::to_array<std::string_view>({
    "crash while starting",
    "crash while loading",
    "crash while raising",
    "crash while reading",
    "crash while recommitting",
    "crash while sweeping",
    "crash while marking",
    "crash while opening",
    "crash while running",
    "crash while changing a schema",
    "crash while closing",
    "crash while waiting",
});

}  // namespace sluice::sim
