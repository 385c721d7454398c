// SPDX-License-Identifier: Apache-2.0
// OpenAnySql: the SQL side of whichever front end is there.
#pragma once

#include <memory>

#include "api/context.h"
#include "starrocks/options.h"

namespace sluice::starrocks {

// A session at the front end of base-url, or if that is away at one of nodeUrls, at the same port:
// a job must come back, and go on, without any particular one of them. Any of them takes every
// statement: what the leader decides is forwarded to it. Blocks. Errors are those of
// SqlClient::Open.
Result<std::unique_ptr<SqlSession>> OpenAnySql(Context& ctx, const StarrocksOptions& options);

}  // namespace sluice::starrocks
