// SPDX-License-Identifier: Apache-2.0
// HOCON as SeaTunnel reads it, and JSON. The format:
// https://github.com/lightbend/config/blob/main/HOCON.md SeaTunnel's differences:
//   - keys are split at "->", not at dots: `job.mode` is one key
//   - the object of a key that is exactly source, transform or sink becomes a list with one element
//     a field; an element that is an object gets plugin_name = the key unless it has one
//   - a reference that cannot be resolved stays as text
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/status.h"
#include "config/diagnostics.h"
#include "config/value.h"

namespace sluice {

struct HoconOptions {
  bool json = false;  // strict: a key given twice, a comment, a reference are mistakes
  // Values of ${name} that the document itself does not define. Null: none.
  std::function<std::optional<std::string>(const std::string& name)> lookup = nullptr;
  // The text of an included file, whose path is beside that of the file which includes it. Null:
  // `include` is a mistake.
  std::function<Result<std::string>(const std::string& path)> read_file = nullptr;
};

// The root object. Nothing after mistakes; all of them go to `diagnostics` with their places.
std::optional<Value> ParseHocon(const std::string& text, const std::string& file,
                                const HoconOptions& options, Diagnostics& diagnostics);

}  // namespace sluice
