// SPDX-License-Identifier: Apache-2.0
// JobFile: a job file, read, with variables replaced and its common options taken out. What the
// plugins themselves take is left to their OptionSpec.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "config/diagnostics.h"
#include "config/value.h"

namespace sluice {

enum class JobMode : uint8_t { kBatch, kStreaming };

// What the job must give; kStrongest: as much as its source and sink can.
enum class Guarantee : uint8_t { kStrongest, kAtLeastOnce, kExactlyOnce };

// How secrets are written in the file.
enum class Shade : uint8_t { kNone, kBase64 };

// What becomes of a row that the target must refuse.
enum class BadRows : uint8_t { kFail, kDeadLetter };

// The `env` block. Absent optionals leave the engine's own value.
struct EnvOptions {
  std::string job_name = "SeaTunnel_Job";
  JobMode job_mode = JobMode::kBatch;
  Guarantee guarantee = Guarantee::kStrongest;
  int64_t parallelism = 1;
  std::optional<int64_t> checkpoint_interval_ms;
  std::optional<int64_t> checkpoint_timeout_ms;
  std::optional<int64_t> schema_change_timeout_ms;
  std::optional<int64_t> min_pause_ms;
  int64_t job_retry_times = 3;
  int64_t job_retry_interval_seconds = 3;
  std::optional<int64_t> read_limit_rows_per_second;   // of each reader
  std::optional<int64_t> read_limit_bytes_per_second;  // of each reader
  BadRows bad_rows = BadRows::kFail;
  std::optional<std::string> dead_letters_path;  // a folder; none: one in the state directory
  Shade shade = Shade::kNone;
  std::vector<std::string> shade_options;  // encoded ones besides the usual
};

// One block of source, transform or sink.
struct PluginConfig {
  std::string section;  // "source", "transform", "sink"
  std::string plugin_name;
  size_t index = 0;                 // in its section, from 0
  std::vector<std::string> inputs;  // plugin_input
  std::string output;               // plugin_output; empty: none
  std::optional<int64_t> parallelism;
  Value options;  // an object: the whole block
  Origin origin;
};

struct JobFile {
  EnvOptions env;
  std::vector<PluginConfig> sources;
  std::vector<PluginConfig> transforms;
  std::vector<PluginConfig> sinks;
};

using Variables = std::map<std::string, std::string>;

struct JobFileArgs {
  std::string path;  // *.json is JSON, anything else HOCON
  Variables variables;
  std::string job_name;  // of the command line; empty: the file's
  // A variable of the process's environment; null: none are seen.
  std::function<std::optional<std::string>(const std::string& name)> environment = nullptr;
};

// All mistakes go to `diagnostics`; the result is complete only if diagnostics.ok() afterwards.
JobFile LoadJobFile(Env& env, const JobFileArgs& args, Diagnostics& diagnostics);
// The same from text, as if read from args.path.
JobFile ParseJobFile(Env& env, const std::string& text, const JobFileArgs& args,
                     Diagnostics& diagnostics);

// "k=v,k2=[1,2]" as -i takes it, added to `out`. kInvalidConfig for names that sinks replace.
Status ParseVariables(const std::string& text, Variables& out);

}  // namespace sluice
