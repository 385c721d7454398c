// SPDX-License-Identifier: Apache-2.0
#include "config/job_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "config/hocon.h"
#include "config/option_spec.h"
#include "config/placeholders.h"
#include "config/shade.h"
#include "config/suggest.h"

namespace sluice {
namespace {

const OptionSpec<EnvOptions>& EnvSpec() {
  static const OptionSpec<EnvOptions> spec =
      OptionSpec<EnvOptions>("Settings of the whole job.")
          .Optional("job.name", &EnvOptions::job_name, "Name of the job.")
          .Choice("job.mode", &EnvOptions::job_mode,
                  {{"BATCH", JobMode::kBatch}, {"STREAMING", JobMode::kStreaming}},
                  "BATCH ends when all is read; STREAMING goes on.")
          .Choice("delivery.guarantee", &EnvOptions::guarantee,
                  {{"STRONGEST", Guarantee::kStrongest},
                   {"AT_LEAST_ONCE", Guarantee::kAtLeastOnce},
                   {"EXACTLY_ONCE", Guarantee::kExactlyOnce}},
                  "What the job must give; it is refused when source or sink cannot.")
          .Optional("parallelism", &EnvOptions::parallelism, "Readers of the source.",
                    Between(1, 1024))
          .Optional("checkpoint.interval", &EnvOptions::checkpoint_interval_ms,
                    "Milliseconds between two checkpoints.", AtLeast(10))
          .Optional("checkpoint.timeout", &EnvOptions::checkpoint_timeout_ms,
                    "Milliseconds after which a checkpoint has failed.", AtLeast(10))
          .Optional("checkpoint.schema-change-timeout", &EnvOptions::schema_change_timeout_ms,
                    "Milliseconds after which each of the two checkpoints around a change of "
                    "schema has failed.",
                    AtLeast(10))
          .Optional("min-pause", &EnvOptions::min_pause_ms,
                    "Least milliseconds between the end of a checkpoint and the next; -1: none.",
                    AtLeast(-1))
          .Alias("checkpoint.min-pause")
          .Optional("job.retry.times", &EnvOptions::job_retry_times,
                    "Restarts after failures that may pass; 0: none.", AtLeast(0))
          .Optional("job.retry.interval.seconds", &EnvOptions::job_retry_interval_seconds,
                    "Seconds before a restart.", AtLeast(0))
          .Optional("read_limit.rows_per_second", &EnvOptions::read_limit_rows_per_second,
                    "Rows a second and reader.", AtLeast(1))
          .Optional("read_limit.bytes_per_second", &EnvOptions::read_limit_bytes_per_second,
                    "Bytes a second and reader.", AtLeast(1))
          .Choice("bad_rows", &EnvOptions::bad_rows,
                  {{"FAIL", BadRows::kFail}, {"DEAD_LETTER", BadRows::kDeadLetter}},
                  "What becomes of a row that its target must refuse: FAIL ends the job and names "
                  "it, DEAD_LETTER puts it into a file with its checkpoint, for `sluice replay`.")
          .Optional("dead_letters.path", &EnvOptions::dead_letters_path,
                    "Folder of these files; dead-letters in the state directory if not given.",
                    AtLeast(1))
          .Ignored("savemode.execute.location", "save modes run in the one process there is")
          .Ignored("jars", "there is no JVM; every connector is built in")
          .Ignored("custom_parameters", "nothing reads them")
          .Refused("tag_filter", "there are no workers to choose from on one machine")
          .Choice("shade.identifier", &EnvOptions::shade,
                  {{"default", Shade::kNone}, {"base64", Shade::kBase64}},
                  "How password, username, auth, token, access_key and secret_key of sources and "
                  "sinks are encoded.")
          .Optional("shade.options", &EnvOptions::shade_options,
                    "Further options that are encoded.")
          .Ignored("shade.properties", "no encoding here has settings")
          .Ignored("pipeline_concurrency", "a job has one pipeline")
          .Ignored("execution.parallelism", "SeaTunnel does not read it either; write parallelism")
          .Ignored("*", "no setting of this name changes how sluice runs a job");
  return spec;
}

bool IsSystemName(std::string_view name) {
  return std::ranges::find(kSinkPlaceholders, name) != std::end(kSinkPlaceholders);
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// "${name}" and "${name:default}" inside quoted text; unknown names without default stay.
std::string ReplaceVariables(const std::string& text, const Variables& variables) {
  return ReplacePlaceholders(
      text,
      [&](std::string_view name,
          std::optional<std::string_view> otherwise) -> std::optional<std::string> {
        if (IsSystemName(name)) return std::nullopt;
        const auto found = variables.find(std::string(name));
        if (found != variables.end() && !found->second.empty()) return found->second;
        if (otherwise) return std::string(Trimmed(*otherwise));
        return std::nullopt;
      });
}

void ReplaceVariables(Value& value, const Variables& variables) {
  if (std::string* text = value.as_string()) {
    *text = ReplaceVariables(*text, variables);
  } else if (Value::List* list = value.as_list()) {
    for (Value& element : *list) ReplaceVariables(element, variables);
  } else if (Value::Object* object = value.as_object()) {
    for (Field& field : *object) ReplaceVariables(field.value, variables);
  }
}

// What the job file takes of every block itself.
struct CommonOptions {
  StringList inputs;
  std::string output;
  std::optional<int64_t> parallelism;
};
const OptionSpec<CommonOptions>& CommonSpec() {
  static const OptionSpec<CommonOptions> spec =
      OptionSpec<CommonOptions>("Options of every plugin.")
          .Optional("plugin_input", &CommonOptions::inputs, "Whose rows to take.")
          .Alias("source_table_name")
          .Optional("plugin_output", &CommonOptions::output, "Name of the rows for later steps.")
          .Alias("result_table_name")
          .Optional("parallelism", &CommonOptions::parallelism,
                    "Readers of a source, instead of what env says.", Between(1, 1024))
          .Ignored("multi_table_sink_replica", "there are as many writers as parallelism says")
          .Ignored("dag-parsing.mode", "plugin_input and plugin_output say who takes whose rows")
          .Refused("sourceId", "there is no metalake to ask; write the options it would give");
  return spec;
}

// The block with only the common options, so that CommonSpec sees no others.
Value CommonPart(const Value& block) {
  Value::Object out;
  for (const Field& field : *block.as_object()) {
    const bool common = std::ranges::find(kCommonOptions, field.key) != std::end(kCommonOptions);
    if (common && field.key != "plugin_name") out.push_back(field);
  }
  return Value(std::move(out), block.origin());
}

void AddPlugin(const std::string& section, const Value& block, std::vector<PluginConfig>& out,
               Diagnostics& diagnostics) {
  if (block.as_object() == nullptr) {
    diagnostics.Error(block.origin(),
                      fmt::format("{}: expected a plugin block like Name {{ ... }}, "
                                  "found {}",
                                  section, block.KindName()));
    return;
  }
  const Field* name = FindField(block, "plugin_name");
  PluginConfig plugin;
  plugin.section = section;
  plugin.index = out.size();
  plugin.origin = block.origin();
  plugin.options = block;
  if (name == nullptr) {
    diagnostics.Error(block.origin(), fmt::format("{}: plugin_name is missing", section));
  } else {
    plugin.plugin_name = name->value.ToText();
  }
  CommonOptions common = CommonSpec().ParseObject(CommonPart(block), Where(plugin), diagnostics);
  plugin.inputs = std::move(common.inputs);
  plugin.output = std::move(common.output);
  plugin.parallelism = common.parallelism;
  if (section != "source" && common.parallelism) {
    diagnostics.Note(FindField(block, "parallelism")->origin,
                     fmt::format("{}: option 'parallelism' is ignored: it takes that of the source",
                                 Where(plugin)));
  }
  out.push_back(std::move(plugin));
}

void ReadSection(const Value& root, const std::string& section, bool required,
                 std::vector<PluginConfig>& out, Diagnostics& diagnostics) {
  const Field* field = FindField(root, section);
  const Value::List* list = field == nullptr ? nullptr : field->value.as_list();
  if (field != nullptr && list == nullptr && !field->value.is_null()) {
    diagnostics.Error(
        field->value.origin(),
        fmt::format("'{}' must be a list of plugins, but is {}", section, field->value.KindName()));
    return;
  }
  if (list != nullptr) {
    for (const Value& block : *list) AddPlugin(section, block, out, diagnostics);
  }
  if (required && out.empty()) {
    diagnostics.Error(field == nullptr ? root.origin() : field->origin,
                      fmt::format("the job file has no {}: it needs at least one plugin in "
                                  "'{} {{ ... }}'",
                                  section, section));
  }
}

void ReadEnv(const Value& root, const JobFileArgs& args, EnvOptions& env,
             Diagnostics& diagnostics) {
  const Field* field = FindField(root, "env");
  if (field == nullptr || field->value.as_object() == nullptr) {
    diagnostics.Error(field == nullptr ? root.origin() : field->origin,
                      "the job file has no env block; an empty one, env {}, is enough");
    return;
  }
  env = EnvSpec().ParseObject(field->value, "env", diagnostics);
  if (env.min_pause_ms && *env.min_pause_ms < 0) env.min_pause_ms.reset();
  const bool named =
      !args.job_name.empty() && args.job_name != "SeaTunnel" && args.job_name != "SeaTunnel_Job";
  if (named) env.job_name = args.job_name;
}

void RefuseUnknownSections(const Value& root, Diagnostics& diagnostics) {
  static const std::vector<std::string> kSections = {"env", "source", "transform", "sink"};
  for (const Field& field : *root.as_object()) {
    if (std::ranges::find(kSections, field.key) != kSections.end()) continue;
    const bool plain = field.value.as_object() == nullptr;
    if (plain) continue;  // a value that others refer to
    diagnostics.Note(field.origin, fmt::format("the member '{}' of the job file is not read{}",
                                               field.key, DidYouMean(field.key, kSections)));
  }
}

}  // namespace

std::vector<OptionInfo> EnvOptionInfos() {
  return EnvSpec().Describe();
}
std::vector<OptionInfo> CommonOptionInfos() {
  return CommonSpec().Describe();
}

JobFile ParseJobFile(Env& env, const std::string& text, const JobFileArgs& args,
                     Diagnostics& diagnostics) {
  JobFile job;
  HoconOptions options;
  options.json = args.path.ends_with(".json");
  options.lookup = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = args.variables.find(name);
    if (found != args.variables.end()) return found->second;
    return args.environment ? args.environment(name) : std::nullopt;
  };
  options.read_file = [&](const std::string& path) { return env.ReadFile(path); };
  auto root = ParseHocon(text, args.path, options, diagnostics);
  if (!root) return job;
  ReplaceVariables(*root, args.variables);
  RefuseUnknownSections(*root, diagnostics);
  ReadEnv(*root, args, job.env, diagnostics);
  if (job.env.shade == Shade::kBase64) DecodeShade(job.env.shade_options, *root, diagnostics);
  ReadSection(*root, "source", true, job.sources, diagnostics);
  ReadSection(*root, "transform", false, job.transforms, diagnostics);
  ReadSection(*root, "sink", true, job.sinks, diagnostics);
  return job;
}

JobFile LoadJobFile(Env& env, const JobFileArgs& args, Diagnostics& diagnostics) {
  if (args.path.ends_with(".sql")) {
    diagnostics.Error({args.path}, "SQL job files are not read; write the job as HOCON or JSON");
    return {};
  }
  const auto text = env.ReadFile(args.path);
  if (!text) {
    diagnostics.Error({}, text.error().In("reading the job file").ToString());
    return {};
  }
  return ParseJobFile(env, *text, args, diagnostics);
}

Status ParseVariables(const std::string& text, Variables& out) {
  std::string item;
  int brackets = 0;
  bool quoted = false;
  const auto take = [&]() -> Status {
    const size_t equals = item.find('=');
    const std::string name = item.substr(0, std::min(equals, item.size()));
    if (equals == std::string::npos) {
      item.clear();
      return {};
    }
    if (IsSystemName(name)) {
      return {Code::kInvalidConfig,
              fmt::format("-i {}: System placeholders cannot be used; sinks replace this name "
                          "with what belongs to each table",
                          name)};
    }
    out[name] = item.substr(equals + 1);
    item.clear();
    return {};
  };
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == '[' && !quoted) ++brackets;
    if (c == ']' && !quoted) --brackets;
    if (c == ',' && !quoted && brackets == 0) {
      RETURN_IF_ERROR(take());
    } else {
      item += c;
    }
  }
  return take();
}

}  // namespace sluice
