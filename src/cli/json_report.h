// SPDX-License-Identifier: Apache-2.0
// What the verbs print with --json: one JSON value each, described in docs/cli.md. Pure.
#pragma once

#include <span>
#include <string>

#include "config/diagnostics.h"
#include "engine/job_runner.h"
#include "engine/savepoint.h"

namespace sluice::cli {

// `wrong`: what connecting showed.
std::string CheckJson(const JobPlan& plan, const Diagnostics& diagnostics,
                      std::span<const Status> wrong);
std::string ExplainJson(const JobPlan& plan);
std::string RunJson(const std::string& job, const JobSummary& summary);
std::string SavepointJson(const Savepoint& savepoint);
// Of any verb that failed.
std::string ErrorJson(const Status& status);
std::string VersionJson();

}  // namespace sluice::cli
