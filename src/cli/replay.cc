// SPDX-License-Identifier: Apache-2.0
// replay: mended dead letters go into the targets that refused them.
#include <fmt/format.h>

#include <algorithm>

#include "base/checksum.h"
#include "base/logging.h"
#include "cli/commands.h"
#include "cli/job_plan.h"
#include "cli/json_report.h"
#include "cli/report.h"
#include "cli/state_dir.h"
#include "cli/watcher.h"
#include "engine/dead_letter_source.h"

namespace sluice::cli {
namespace {

constexpr size_t kBytesMax = size_t{256} << 20U;  // of letters, which are held in memory
constexpr char kPlugin[] = "DeadLetters";
constexpr char kDone[] = ".replayed";

// Has the name of what was put back, and not the one that is given.
bool IsDone(Env& env, const std::string& path) {
  return !env.Exists(path) && env.Exists(path + kDone);
}

// A replay that was cut while it gave the files their last names is the same replay still.
Result<std::vector<LetterFile>> ReadFiles(Env& env, const std::vector<std::string>& paths) {
  std::vector<LetterFile> files;
  size_t bytes = 0;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::string text, env.ReadFile(IsDone(env, path) ? path + kDone : path));
    bytes += text.size();
    files.push_back({path, std::move(text)});
  }
  // What goes on after a crash is the same replay if only the order of its arguments is another.
  std::ranges::sort(files, {}, &LetterFile::name);
  if (bytes <= kBytesMax) return files;
  return Fail(Code::kInvalidConfig, "these are more than 256 MiB: replay fewer files at once");
}

// The job with the letters in place of its sources, and without its transforms, which they have
// behind them.
Result<JobFile> JobOfLetters(const JobFile& job, const std::vector<LetterFile>& files) {
  ASSIGN_OR_RETURN(const std::vector<uint32_t> sinks, SinksOf(files));
  if (sinks.empty()) return Fail(Code::kInvalidConfig, "there are no letters in these files");
  JobFile replay{.env = job.env};
  replay.env.job_name += "-replay";
  replay.env.job_mode = JobMode::kBatch;
  replay.env.bad_rows = BadRows::kFail;
  for (const uint32_t number : sinks) {
    if (number >= job.sinks.size()) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("the letters are to sink {} of the job, which has {} of them: is it "
                              "the job that wrote them?",
                              number + 1, job.sinks.size()));
    }
    PluginConfig sink = job.sinks[number];
    PluginConfig letters{.section = "source",
                         .plugin_name = kPlugin,
                         .index = replay.sources.size(),
                         .inputs = {},
                         .output = fmt::format("letters-{}", number),
                         .options = Value(Value::Object(), sink.origin),
                         .origin = sink.origin};
    sink.index = replay.sinks.size();
    sink.inputs = {letters.output};
    replay.sources.push_back(std::move(letters));
    replay.sinks.push_back(std::move(sink));
  }
  return replay;
}

// Every plugin, and the source of the letters, which no job file names.
Registry WithLetters(const Registry& plugins, const std::vector<LetterFile>& files,
                     const std::string& identity) {
  Registry registry = plugins;
  registry.Add(
      {.kind = PluginKind::kSource,
       .name = kPlugin,
       .summary = "Mended dead letters.",
       .options = {},
       .make_source = [&files, identity](const PluginConfig& config, const EnvOptions&,
                                         Diagnostics& diagnostics) -> std::unique_ptr<Source> {
         const uint32_t sink = static_cast<uint32_t>(
             std::stoul(config.output.substr(std::string("letters-").size())));
         auto letters = DecodeLetters(files, sink);
         if (letters) {
           return std::make_unique<LetterSource>(std::move(*letters), identity);
         }
         diagnostics.Error({}, letters.error().ToString());
         return nullptr;
       }});
  return registry;
}

Result<JobSummary> RunLetters(const ReplayArgs& args, const World& world) {
  ASSIGN_OR_RETURN(const std::vector<LetterFile> files, ReadFiles(world.env, args.files));
  Diagnostics diagnostics;
  const JobFile job = LoadJob(args.job, world, diagnostics);
  RETURN_IF_ERROR(diagnostics.ToStatus());
  ASSIGN_OR_RETURN(const JobFile replay, JobOfLetters(job, files));
  uint64_t hash = 0;
  for (const LetterFile& file : files) hash = Hash64(file.text, hash);
  const std::string name = "replay-" + Hex64(hash);
  const Registry registry = WithLetters(world.registry, files, name);
  JobPlan plan = BuildPlan(registry, replay, diagnostics);
  RETURN_IF_ERROR(diagnostics.ToStatus());
  const std::string state =
      args.state_dir.empty() ? StateDir(job.env.job_name) + "/" + name : args.state_dir;
  LogInfo(fmt::format("replaying into the targets of {}: state in {}", job.env.job_name, state));
  // Rows that were put back may have changed in the targets since then.
  const auto done = std::ranges::find_if(
      args.files, [&](const std::string& path) { return IsDone(world.env, path); });
  const Rerun rerun = done == args.files.end() ? Rerun::kOnce : Rerun::kNever;
  JobRunner runner(std::move(plan), {.state_dir = state, .keeps_targets = true, .rerun = rerun},
                   {world.env, world.http, world.sql, world.phases});
  const Watcher watcher(runner, world.env);
  JobSummary summary = runner.Run();
  if (rerun == Rerun::kNever && summary.status.code() == Code::kNotFound) {
    return Fail(Code::kNotFound,
                fmt::format("{0} is not there; {0}{1} is, but was not put back together with the "
                            "other files: name only files that were not put back yet",
                            *done, kDone));
  }
  return summary;
}

// What was replayed is not replayed again by mistake.
Status SetDone(Env& env, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    if (IsDone(env, file)) continue;
    RETURN_IF_ERROR(env.Rename(file, file + kDone).In("renaming what was put back"));
  }
  return {};
}

Status Conclude(Env& env, const std::vector<std::string>& files, const JobSummary& summary) {
  if (!summary.status.ok()) return summary.status;
  if (summary.outcome == Outcome::kFinished) return SetDone(env, files);
  return {Code::kCancelled, "stopped before all rows were put back; the same command goes on"};
}

}  // namespace

int Replay(const ReplayArgs& args, World& world) {
  BlockStopSignals();
  const auto summary = RunLetters(args, world);
  const Status status = summary ? Conclude(world.env, args.files, *summary) : summary.error();
  if (!status.ok()) {
    world.err << ErrorBlock(status);
    return kExitFailed;
  }
  world.out << (summary->finished_before
                    ? "these letters were put back before\n"
                    : fmt::format("{} rows put back\n", summary->progress.rows_committed));
  return kExitOk;
}

}  // namespace sluice::cli
