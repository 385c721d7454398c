// SPDX-License-Identifier: Apache-2.0
#include "mysql/options_places.h"

#include <fmt/format.h>

namespace sluice::mysql {
namespace {

const Origin& Where(const PluginConfig& config, std::string_view option) {
  const Field* field = FindOption(config.options, option);
  return field == nullptr ? config.origin : field->value.origin();
}

std::string StartText(const MysqlCdcOptions& options) {
  switch (options.start_mode) {
    case StartMode::kInitial:
      return "initial";
    case StartMode::kEarliest:
      return "earliest";
    case StartMode::kLatest:
      return "latest";
    case StartMode::kSpecific:
      if (!options.start_gtids.empty()) return "behind " + options.start_gtids;
      return fmt::format("{}:{}", options.start_file, options.start_pos);
    case StartMode::kTimestamp:
      return fmt::format("{} ms", options.start_millis);
  }
  return "";
}

std::string StopText(const MysqlCdcOptions& options) {
  switch (options.stop_mode) {
    case StopMode::kNever:
      return "";
    case StopMode::kLatest:
      return " to latest";
    case StopMode::kSpecific:
      return fmt::format(" to {}:{}", options.stop_file, options.stop_pos);
    case StopMode::kTimestamp:
      return fmt::format(" to {} ms", options.stop_millis);
  }
  return "";
}

}  // namespace

std::string PlacesText(const MysqlCdcOptions& options) {
  return StartText(options) + StopText(options);
}

OptionSpec<MysqlCdcOptions> WithPlaceOptions(OptionSpec<MysqlCdcOptions> spec) {
  return spec
      .Choice(
          "startup.mode", &MysqlCdcOptions::start_mode,
          {{"initial", StartMode::kInitial},
           {"earliest", StartMode::kEarliest},
           {"latest", StartMode::kLatest},
           {"specific", StartMode::kSpecific},
           {"timestamp", StartMode::kTimestamp}},
          "initial: the tables' rows, then the log. The others read the log alone: all that the "
          "server keeps, from now on, from an offset, from a time.")
      .Optional("startup.specific-offset.file", &MysqlCdcOptions::start_file,
                "Log file to begin in, with startup.mode = specific.")
      .Optional("startup.specific-offset.pos", &MysqlCdcOptions::start_pos,
                "Offset in it, at which a transaction begins.", AtLeast(4))
      .Optional("startup.specific-offset.gtids", &MysqlCdcOptions::start_gtids,
                "Instead: the transactions to leave out, uuid:1-5 or, of MariaDB, 0-1-5.")
      .Optional("startup.timestamp", &MysqlCdcOptions::start_millis,
                "Milliseconds since 1970 to begin at, with startup.mode = timestamp.", AtLeast(1))
      .Choice("stop.mode", &MysqlCdcOptions::stop_mode,
              {{"never", StopMode::kNever},
               {"latest", StopMode::kLatest},
               {"specific", StopMode::kSpecific},
               {"timestamp", StopMode::kTimestamp}},
              "Where the job ends. latest: where the log stood when the job began, or when its "
              "snapshot was complete.")
      .Optional("stop.specific-offset.file", &MysqlCdcOptions::stop_file,
                "Log file to end in, with stop.mode = specific.")
      .Optional("stop.specific-offset.pos", &MysqlCdcOptions::stop_pos,
                "Offset in it; what begins before it is read.", AtLeast(4))
      .Optional("stop.timestamp", &MysqlCdcOptions::stop_millis,
                "Milliseconds since 1970, with stop.mode = timestamp; what was committed before it "
                "is read.",
                AtLeast(1));
}

void CheckPlaces(const PluginConfig& config, const MysqlCdcOptions& options,
                 Diagnostics& diagnostics) {
  const auto given = [&](std::string_view name) {
    return FindOption(config.options, name) != nullptr;
  };
  const auto use = [&](bool used, std::string_view mode, std::string_view name) {
    if (used || !given(name)) return;
    diagnostics.Note(
        Where(config, name),
        fmt::format("source 'MySQL-CDC': {} is not used, for {} is another", name, mode));
  };
  const auto need = [&](bool used, std::string_view mode, std::string_view name) {
    if (!used || given(name)) return;
    diagnostics.Error(Where(config, mode), fmt::format("source 'MySQL-CDC': option '{}' is "
                                                       "missing, which this {} needs",
                                                       name, mode));
  };
  const bool from = options.start_mode == StartMode::kSpecific;
  const bool gtids = from && given("startup.specific-offset.gtids");
  need(from && !gtids, "startup.mode", "startup.specific-offset.file");
  if (gtids && given("startup.specific-offset.file")) {
    diagnostics.Error(Where(config, "startup.specific-offset.gtids"),
                      "source 'MySQL-CDC': give startup.specific-offset.file or "
                      "startup.specific-offset.gtids, not both");
  }
  use(from, "startup.mode", "startup.specific-offset.file");
  use(from && !gtids, "startup.mode", "startup.specific-offset.pos");
  use(from, "startup.mode", "startup.specific-offset.gtids");
  const bool since = options.start_mode == StartMode::kTimestamp;
  need(since, "startup.mode", "startup.timestamp");
  use(since, "startup.mode", "startup.timestamp");
  const bool to = options.stop_mode == StopMode::kSpecific;
  need(to, "stop.mode", "stop.specific-offset.file");
  need(to, "stop.mode", "stop.specific-offset.pos");
  use(to, "stop.mode", "stop.specific-offset.file");
  use(to, "stop.mode", "stop.specific-offset.pos");
  const bool until = options.stop_mode == StopMode::kTimestamp;
  need(until, "stop.mode", "stop.timestamp");
  use(until, "stop.mode", "stop.timestamp");
}

}  // namespace sluice::mysql
