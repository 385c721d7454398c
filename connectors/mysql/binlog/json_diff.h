// SPDX-License-Identifier: Apache-2.0
// What an update with binlog_row_value_options = PARTIAL_JSON holds of a JSON value: changes to the
// value before.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::mysql {

// Appends the text of the document `before` (binary, as AppendJson takes it) after the changes in
// `diffs`, in the form of AppendJson. kCorruption: the bytes are no such thing, or change what is
// not there.
// Source: Json_diff_vector::read_binary and apply_json_diffs of the server (WL#2955).
Status AppendChangedJson(std::string_view before, std::string_view diffs, std::string& out);

}  // namespace sluice::mysql
