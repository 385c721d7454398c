// SPDX-License-Identifier: Apache-2.0
// Shade: options that are written encoded, so that a glance at a job file does not give them away.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/value.h"

namespace sluice {

// Decodes the base64 of password, username, auth, token, access_key, secret_key and of `further`
// options, directly inside of each block of source, transform and sink. REQUIRES: `root` is an
// object.
void DecodeShade(const std::vector<std::string>& further, Value& root, Diagnostics& diagnostics);

// The bytes of base64 text, with or without its padding. Nothing when it is none.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace sluice
