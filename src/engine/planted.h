// SPDX-License-Identifier: Apache-2.0
// Planted bugs: known mistakes of checkpoint protocols, as switches in the real code. They exist
// only in the copy of the engine that the simulator compiles (SLUICE_PLANTED_BUGS); a simulator
// that no longer finds one is broken.
#pragma once

#include <cstdint>

namespace sluice {

enum class Bug : uint8_t {
  kNone,
  kCommitBeforeManifest,
  kNoRecommitOnRecovery,
  kOrphansNeverAborted,
  kPositionAheadOfPrepared,
  kCommitNotIdempotent,
  kManifestInTwoPuts,
  kPublishNotFenced,
  kManifestReadBeforeFence,
  kSweepAbortsNewerRuns,
  kPreparedNotNamedByRun,
  kCommitOutOfOrder,
  kLostTakenForSuccess,
  kAlterBeforeCommit,
  kAlterNotAwaited,
  kSourcesNotHeld,
  kLogBeforeSnapshot,
  kSnapshotFlushed,
  kFlushesNotSwept,
  kFlushesOverlap,
  kFlushTakenForCommitted,
  kFlushBeforePrepared,
};

#ifdef SLUICE_PLANTED_BUGS
extern thread_local Bug planted_bug;
inline bool Planted(Bug bug) {
  return planted_bug == bug;
}
#else
constexpr bool Planted(Bug /*bug*/) {
  return false;
}
#endif

}  // namespace sluice
