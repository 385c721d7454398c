// SPDX-License-Identifier: Apache-2.0
// What an SQLSTATE means to a caller.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
#pragma once

#include <string_view>

#include "base/status.h"

namespace sluice {

Code SqlStateCode(std::string_view state);
// The same for a login that failed, of which the library tells the text only.
Code SqlConnectCode(std::string_view text);

}  // namespace sluice
