// SPDX-License-Identifier: Apache-2.0
// MySQL's binary JSON to the text that the server prints for it.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::mysql {

// Appends the document `binary` as `CAST(j AS CHAR)` prints it: keys in stored order, a blank
// behind ':' and ',', doubles with a point, decimals as numbers, dates and times as strings, other
// opaque values as "base64:typeN:...". An empty input, which the server stores for a JSON null made
// by a failed default, is `null`. kCorruption when the bytes are no document, or nest deeper than
// the server allows.
Status AppendJson(std::string_view binary, std::string& out);

}  // namespace sluice::mysql
