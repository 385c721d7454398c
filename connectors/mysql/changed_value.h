// SPDX-License-Identifier: Apache-2.0
// Values of a column that a statement changed, read with the definition that it had before.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mysql/types.h"

namespace sluice::mysql {

// What the server answers for values of `now` are values of `def`, as far as they fit.
bool Readable(const ColumnDef& def, const ColumnDef& now);
// The column has other values by now, as far as its definition tells.
bool Changed(const ColumnDef& def, const ColumnDef& now);
// All that `def` could hold still fits `def` when it is read from `now`: what does not fit was
// written behind the statement, not by it.
bool Widened(const ColumnDef& def, const ColumnDef& now);

// Appends a value of the changed column, of an answer in the text protocol, if `def` holds it
// without loss. False: it does not fit; `out` is then unchanged.
bool AppendFitting(const ColumnDef& def, std::optional<std::string_view> text, Column& out);

// The column with values that have lost nothing: whole integers, times without a zone. A date that
// is none is null.
ColumnDef ExactColumn(ColumnDef column);
// The value as the server would answer it in the text protocol. `column`: an exact one.
std::optional<std::string> AnswerText(const ColumnDef& column, const Column& values, uint32_t row);

}  // namespace sluice::mysql
