// SPDX-License-Identifier: Apache-2.0
// Whatever a job file holds, reading it ends with a value or with a mistake.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "config/hocon.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sluice::Diagnostics;
  using sluice::HoconOptions;
  if (size == 0) return 0;
  HoconOptions options;
  options.json = (data[0] & 1U) != 0;
  options.lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "v") return "value";
    return std::nullopt;
  };
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Diagnostics diagnostics;
  const auto value = sluice::ParseHocon(text, "fuzz.conf", options, diagnostics);
  CHECK(value.has_value() == diagnostics.ok());
  if (!value) return 0;
  // What is printed as JSON reads as JSON, to the same value.
  HoconOptions json;
  json.json = true;
  Diagnostics again;
  const std::string printed = value->ToText();
  const auto back = sluice::ParseHocon(printed, "again.json", json, again);
  if (back) CHECK(back->ToText() == printed);
  return 0;
}
