// SPDX-License-Identifier: Apache-2.0
// The planted bugs of engine/planted.h by name.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "engine/planted.h"

namespace sluice::sim {

inline constexpr auto kPlantedBugs = std::to_array<std::pair<Bug, std::string_view>>({
    {Bug::kCommitBeforeManifest, "commit-before-manifest"},
    {Bug::kNoRecommitOnRecovery, "no-recommit-on-recovery"},
    {Bug::kOrphansNeverAborted, "orphans-never-aborted"},
    {Bug::kPositionAheadOfPrepared, "position-ahead-of-prepared"},
    {Bug::kCommitNotIdempotent, "commit-not-idempotent"},
    {Bug::kManifestInTwoPuts, "manifest-in-two-puts"},
    {Bug::kPublishNotFenced, "publish-not-fenced"},
    {Bug::kManifestReadBeforeFence, "manifest-read-before-fence"},
    {Bug::kSweepAbortsNewerRuns, "sweep-aborts-newer-runs"},
    {Bug::kPreparedNotNamedByRun, "prepared-not-named-by-run"},
    {Bug::kCommitOutOfOrder, "commit-out-of-order"},
    {Bug::kLostTakenForSuccess, "lost-taken-for-success"},
    {Bug::kAlterBeforeCommit, "alter-before-commit"},
    {Bug::kAlterNotAwaited, "alter-not-awaited"},
    {Bug::kSourcesNotHeld, "sources-not-held"},
    {Bug::kLogBeforeSnapshot, "log-before-snapshot"},
    {Bug::kSnapshotFlushed, "snapshot-flushed"},
    {Bug::kFlushesNotSwept, "flushes-not-swept"},
    {Bug::kFlushesOverlap, "flushes-overlap"},
    {Bug::kFlushTakenForCommitted, "flush-taken-for-committed"},
    {Bug::kFlushBeforePrepared, "flush-before-prepared"},
});

}  // namespace sluice::sim
