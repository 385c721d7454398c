// SPDX-License-Identifier: Apache-2.0
// The texts inside JSON: quoted and escaped strings, bytes as base64.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// Appends `text` in quotes, with escapes for quotes, backslashes and control characters.
void AppendJsonString(std::string_view text, std::string& out);
void AppendBase64(std::string_view bytes, std::string& out);
// False when `text` is no base64; padding may be missing.
bool ReadBase64(std::string_view text, std::string& bytes);

}  // namespace sluice
