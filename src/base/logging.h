// SPDX-License-Identifier: Apache-2.0
// Logging to standard error, one line an event. INFO: a milestone of a job. WARN: recovered, no
// data lost. ERROR: somebody must act. Normal operation logs nothing. Messages never contain a
// Secret.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };

// Lines below `level` are dropped. Called once at start, before other threads exist.
void SetLogLevel(LogLevel level);
// Thread-safe.
void Log(LogLevel level, std::string_view message);

inline void LogInfo(std::string_view message) {
  Log(LogLevel::kInfo, message);
}
inline void LogWarn(std::string_view message) {
  Log(LogLevel::kWarn, message);
}
inline void LogError(std::string_view message) {
  Log(LogLevel::kError, message);
}

}  // namespace sluice
