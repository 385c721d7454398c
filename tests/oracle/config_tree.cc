// SPDX-License-Identifier: Apache-2.0
// What sluice makes of job files, in the form of SeaTunnelParser.java beside it: the path of one a
// line of standard input, a line of JSON for each on standard output.
#include <cstdlib>
#include <iostream>

#include "base/env.h"
#include "config/hocon.h"

namespace sluice {
namespace {

std::string Read(const std::string& path) {
  Env& env = Env::Default();
  const auto text = env.ReadFile(path);
  if (!text) return text.error().ToString();
  HoconOptions options;
  options.json = path.ends_with(".json");
  options.lookup = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  options.read_file = [&](const std::string& name) { return env.ReadFile(name); };
  Diagnostics diagnostics;
  const auto value = ParseHocon(*text, path, options, diagnostics);
  return value ? value->ToText() : "\"error\"";
}

}  // namespace
}  // namespace sluice

int main() {
  std::string path;
  while (std::getline(std::cin, path)) std::cout << sluice::Read(path) << std::endl;
}
