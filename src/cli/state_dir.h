// SPDX-License-Identifier: Apache-2.0
// Where the checkpoints of a job lie when nobody says so.
#pragma once

#include <string>

namespace sluice::cli {

// ./.sluice/<job name>. A job name may hold anything; a directory may not.
inline std::string StateDir(const std::string& job_name) {
  std::string name;
  for (const char c : job_name) name += c == '/' || c == '\0' ? '_' : c;
  const bool odd = name.empty() || name == "." || name == "..";
  return ".sluice/" + (odd ? "_" + name : name);
}

}  // namespace sluice::cli
