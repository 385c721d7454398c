// SPDX-License-Identifier: Apache-2.0
// The nearest known name to a mistyped one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

// Nothing when no name is near enough to be meant. Letter case, '_', '-' and '.' count little.
std::optional<std::string> Nearest(std::string_view name, std::span<const std::string> known);
// "; did you mean 'x'?" or nothing.
std::string DidYouMean(std::string_view name, std::span<const std::string> known);

}  // namespace sluice
