// SPDX-License-Identifier: Apache-2.0
// The SqlClient of production: connects by the protocol that the endpoint names.
#pragma once

#include <memory>

#include "api/sql_session.h"

namespace sluice {

std::unique_ptr<SqlClient> MakeSqlClient();

}  // namespace sluice
