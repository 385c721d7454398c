// SPDX-License-Identifier: Apache-2.0
// Reads target tables back for Sink::Scan, over SQL.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/sink.h"

namespace sluice {

// Appends the value of column `i` that `text` shows. False: it is none of the column's type, and
// nothing was appended.
using AppendShownFn = std::function<bool(size_t i, std::string_view text, Column& out)>;

// Runs `select`, whose columns are those of `rows` in order, and gives its rows to `each`, as
// Sink::Scan does.
Status ScanSelect(Context& ctx, SqlSession& session, const std::string& select,
                  const SchemaRef& rows, const AppendShownFn& append, const ScanFn& each);

}  // namespace sluice
