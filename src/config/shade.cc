// SPDX-License-Identifier: Apache-2.0
#include "config/shade.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace sluice {
namespace {

constexpr std::string_view kSections[] = {"source", "transform", "sink"};
constexpr std::string_view kShaded[] = {"password", "username",   "auth",
                                        "token",    "access_key", "secret_key"};

void Decode(const std::string& key, Value& value, Diagnostics& diagnostics) {
  if (Value::List* list = value.as_list()) {
    for (Value& element : *list) Decode(key, element, diagnostics);
    return;
  }
  if (auto decoded = FromBase64(value.ToText())) {
    value = Value(std::move(*decoded), value.origin());
  } else {
    diagnostics.Error(value.origin(),
                      fmt::format("option '{}' must be base64, because of shade.identifier", key));
  }
}

}  // namespace

std::optional<std::string> FromBase64(std::string_view text) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const bool padded = text.ends_with('=');
  if (padded && text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U | static_cast<uint32_t>(digit)) & 0xffffU;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> static_cast<uint32_t>(held) & 0xffU);
  }
  return out;
}

void DecodeShade(const std::vector<std::string>& further, Value& root, Diagnostics& diagnostics) {
  for (Field& section : *root.as_object()) {
    Value::List* blocks = section.value.as_list();
    if (blocks == nullptr || std::ranges::find(kSections, section.key) == std::end(kSections)) {
      continue;
    }
    for (Value& block : *blocks) {
      if (block.as_object() == nullptr) continue;
      for (Field& field : *block.as_object()) {
        const bool shaded = std::ranges::find(kShaded, field.key) != std::end(kShaded) ||
                            std::ranges::find(further, field.key) != further.end();
        if (shaded && !field.value.is_null()) Decode(field.key, field.value, diagnostics);
      }
    }
  }
}

}  // namespace sluice
