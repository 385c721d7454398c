// SPDX-License-Identifier: Apache-2.0
#include "mysql/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>

#include "base/ascii.h"
#include "mysql/options_places.h"
#include "mysql/time_zone.h"

namespace sluice::mysql {
namespace {

constexpr char kNoJvm[] = "it tunes the Java client; sluice reads the log itself";

const OptionSpec<TableNamesConfig>& TableSpec() {
  static const OptionSpec<TableNamesConfig> spec =
      OptionSpec<TableNamesConfig>("What to know of one table.")
          .Required("table", &TableNamesConfig::table, "Full name, database.table.")
          .Optional("primaryKeys", &TableNamesConfig::primary_keys,
                    "Columns to take as the key instead of the table's.")
          .Refused("snapshotSplitColumn",
                   "the snapshot is split by the first column of the key; remove the option");
  return spec;
}

OptionSpec<MysqlCdcOptions> WithDebeziumOptions(OptionSpec<MysqlCdcOptions> spec) {
  return spec
      .Optional("debezium.include.schema.changes", &MysqlCdcOptions::schema_changes,
                "The older name of schema-changes.enabled.")
      .Ignored("debezium.snapshot.mode",
               "startup.mode decides; a lost position stops the job and names the remedy")
      .Ignored("debezium.snapshot.locking.mode", "the snapshot takes no locks")
      .Ignored("debezium.snapshot.fetch.size", "rows are streamed from the socket")
      .Ignored("debezium.max.batch.size", kNoJvm)
      .Ignored("debezium.max.queue.size*", kNoJvm)
      .Ignored("debezium.poll.interval.ms", kNoJvm)
      .Ignored("debezium.connect.*", kNoJvm)
      .Ignored("debezium.database.history.*", "the definitions in force are kept in checkpoints")
      .Ignored("debezium.schema.history.*", "the definitions in force are kept in checkpoints")
      .Ignored("debezium.heartbeat.*", "positions of idle tables move without it")
      .Ignored("debezium.gtid.source.*", "the whole set is followed")
      .Refused("debezium.decimal.handling.mode", "decimals are always exact", {"precise"})
      .Refused("debezium.bigint.unsigned.handling.mode", "unsigned numbers are always exact",
               {"precise"})
      .Refused("debezium.time.precision.mode", "times always keep their microseconds",
               {"adaptive_time_microseconds"})
      .Refused("debezium.binary.handling.mode", "binary values stay bytes", {"bytes"})
      .Refused("debezium.event.processing.failure.handling.mode",
               "an event that cannot be read always stops the job", {"fail"})
      .Refused("debezium.inconsistent.schema.handling.mode",
               "rows that do not fit their table always stop the job", {"fail"})
      .Refused("debezium.*",
               "sluice does not know whether leaving it out would change rows; "
               "remove it if it does not matter");
}

OptionSpec<MysqlCdcOptions> WithStartOptions(OptionSpec<MysqlCdcOptions> spec) {
  return WithPlaceOptions(std::move(spec))
      .Optional("exactly_once", &MysqlCdcOptions::exactly_once,
                "Meet the log without repeating what the snapshot already brought.")
      .Optional("transaction.atomic", &MysqlCdcOptions::transaction_atomic,
                "A checkpoint waits for the end of a transaction of the log, so that its rows come "
                "into each table of the target together. checkpoint.timeout must be longer than "
                "the largest one takes.")
      .Choice("incomplete-rows", &MysqlCdcOptions::incomplete_rows,
              {{"refuse", IncompleteRows::kRefuse}, {"reread", IncompleteRows::kReread}},
              "What to do with rows that binlog_row_image = MINIMAL or NOBLOB leaves columns out "
              "of. reread: read them from their table by key, as they are by then, so that only "
              "targets that upsert by key end up right.")
      .Refused("format", "rows keep their columns", {"DEFAULT"})
      .Optional(
          "schema-changes.enabled", &MysqlCdcOptions::schema_changes,
          "Pass added, dropped and modified columns on to the target. Without it columns that "
          "are added stay away, and what the target would have to follow stops the job.")
      .Optional("schema-changes.policy", &MysqlCdcOptions::schema_changes_policy, kPolicyHelp)
      .Optional("int_type_narrowing", &MysqlCdcOptions::int_type_narrowing,
                "TINYINT(1) is BOOLEAN.")
      .Optional("server-time-zone", &MysqlCdcOptions::server_time_zone,
                "Zone whose local time TIMESTAMP values have: UTC, an offset such as +08:00, "
                "or a name such as Asia/Shanghai.");
}

OptionSpec<MysqlCdcOptions> WithSnapshotOptions(OptionSpec<MysqlCdcOptions> spec) {
  return spec
      .Optional("snapshot.split.size", &MysqlCdcOptions::split_size, "Rows of a snapshot split.",
                AtLeast(1))
      .Ignored("snapshot.fetch.size", "rows are streamed from the socket")
      .Ignored("incremental.parallelism", "one reader follows the log, for all tables")
      .Optional("chunk-key.even-distribution.factor.upper-bound",
                &MysqlCdcOptions::even_factor_upper,
                "Keys up to this many times sparser than rows are split by arithmetic.", AtLeast(1))
      .Optional("chunk-key.even-distribution.factor.lower-bound",
                &MysqlCdcOptions::even_factor_lower,
                "Keys down to this density are split by arithmetic.", AtLeast(0))
      .Ignored("sample-sharding.threshold", "splits are found one after another, not by sampling")
      .Ignored("inverse-sampling.rate", "splits are found one after another, not by sampling");
}

std::string ParsePort(std::string_view text, uint16_t& port) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool ok = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && port != 0;
  return ok ? "" : fmt::format("'{}' is no number from 1 to 65535", text);
}

std::string ApplyParameter(std::string_view name, std::string_view value, SqlEndpoint& endpoint,
                           std::vector<std::string>& notes) {
  if (name == "useSSL" || name == "requireSSL") {
    if (name == "useSSL" && value == "false") endpoint.tls = TlsMode::kDisabled;
    if (name == "requireSSL" && value == "true") endpoint.tls = TlsMode::kRequired;
  } else if (name == "sslMode") {
    static constexpr std::pair<std::string_view, TlsMode> kModes[] = {
        {"DISABLED", TlsMode::kDisabled},
        {"PREFERRED", TlsMode::kPreferred},
        {"REQUIRED", TlsMode::kRequired},
        {"VERIFY_CA", TlsMode::kVerifyCa},
        {"VERIFY_IDENTITY", TlsMode::kVerifyIdentity}};
    const std::string mode = Upper(value);
    const auto found =
        std::ranges::find(kModes, mode, &std::pair<std::string_view, TlsMode>::first);
    if (found == std::end(kModes)) return fmt::format("sslMode={} is none of the modes", value);
    endpoint.tls = found->second;
  } else if (name == "sslCa" || name == "serverSslCert") {
    endpoint.tls_ca_file = value;
  } else if (name == "user" || name == "password") {
    notes.push_back(
        fmt::format("the URL parameter {} is ignored: username and password are options", name));
  } else if (name.starts_with("trustCertificateKeyStore")) {
    return fmt::format("{} names a Java key store; use sslCa=FILE with a PEM file", name);
  } else {
    notes.push_back(fmt::format("the URL parameter {} is ignored: it tunes the Java client", name));
  }
  return "";
}

// "5400" or "5400-5408". Returns what is wrong.
std::string ParseServerIds(const std::string& text, uint32_t& first, uint32_t& last) {
  static const std::regex kRange(R"(\s*(\d{1,10})\s*(?:-\s*(\d{1,10})\s*)?)");
  std::smatch match;
  if (!std::regex_match(text, match, kRange)) return "a number or a range like 5400-5408";
  const uint64_t low = std::stoull(match[1]);
  const uint64_t high = match[2].matched ? std::stoull(match[2]) : low;
  if (low == 0 || high < low || high > UINT32_MAX) return "a number or a range like 5400-5408";
  first = static_cast<uint32_t>(low);
  last = static_cast<uint32_t>(high);
  return "";
}

void DeriveServerIds(const PluginConfig& config, const EnvOptions& env, uint64_t random,
                     MysqlCdcOptions& options, Diagnostics& diagnostics) {
  const int64_t readers = config.parallelism.value_or(env.parallelism);
  if (options.server_id.empty()) {
    constexpr uint64_t kFirst = 6500;
    constexpr uint64_t kSpan = 2'148'485'646;
    options.server_id_first = static_cast<uint32_t>(kFirst + random % kSpan);
    options.server_id_last = options.server_id_first + static_cast<uint32_t>(readers) - 1;
    return;
  }
  const Field* field = FindOption(config.options, "server-id");
  const Origin& at = field->value.origin();
  const std::string expected =
      ParseServerIds(options.server_id, options.server_id_first, options.server_id_last);
  if (!expected.empty()) {
    diagnostics.Error(
        at, fmt::format("source 'MySQL-CDC': option 'server-id' must be {}, but is {}", expected,
                        options.server_id));
  } else if (options.server_id_last - options.server_id_first + 1 < readers) {
    diagnostics.Error(at, fmt::format("source 'MySQL-CDC': server-id {} has fewer ids than the "
                                      "{} readers of parallelism; give a range at least as wide",
                                      options.server_id, readers));
  }
}

const Origin& OriginOf(const PluginConfig& config, std::string_view option) {
  const Field* field = FindOption(config.options, option);
  return field == nullptr ? config.origin : field->value.origin();
}

void CheckTables(const PluginConfig& config, const MysqlCdcOptions& options,
                 Diagnostics& diagnostics) {
  const Origin& at = config.origin;
  const bool names = FindOption(config.options, "table-names") != nullptr;
  if (names && !options.table_pattern.empty()) {
    diagnostics.Error(at, "source 'MySQL-CDC': give table-names or table-pattern, not both");
  } else if (!names && options.table_pattern.empty()) {
    diagnostics.Error(at,
                      "source 'MySQL-CDC': option 'table-names' is missing: the tables to "
                      "capture, each database.table; or give table-pattern");
  } else if (names && options.table_names.empty()) {
    diagnostics.Error(OriginOf(config, "table-names"),
                      "source 'MySQL-CDC': option 'table-names' names no table");
  }
  for (const std::string& name : options.table_names) {
    if (name.find('.') != std::string::npos) continue;
    diagnostics.Error(OriginOf(config, "table-names"),
                      fmt::format("source 'MySQL-CDC': table-names wants database.table, "
                                  "but one is '{}'",
                                  name));
  }
  try {
    static_cast<void>(std::regex(options.table_pattern));
  } catch (const std::regex_error& error) {
    diagnostics.Error(OriginOf(config, "table-pattern"),
                      fmt::format("source 'MySQL-CDC': table-pattern is no regular expression: {}",
                                  error.what()));
  }
}

void DeriveEndpoint(const PluginConfig& config, MysqlCdcOptions& options,
                    Diagnostics& diagnostics) {
  const char* name = FindOption(config.options, "base-url") != nullptr ? "base-url" : "url";
  const Origin& at = OriginOf(config, name);
  std::vector<std::string> notes;
  if (!options.base_url.empty()) {
    const std::string wrong = ParseJdbcUrl(options.base_url, options.endpoint, notes);
    if (!wrong.empty()) diagnostics.Error(at, "source 'MySQL-CDC': base-url " + wrong);
  }
  for (const std::string& note : notes) diagnostics.Note(at, "source 'MySQL-CDC': " + note);
  options.url_database = std::exchange(options.endpoint.database, "");
  options.endpoint.user = options.username;
  options.endpoint.password = options.password;
  options.endpoint.connect_timeout = std::chrono::milliseconds(options.connect_timeout_ms);
}

}  // namespace

const OptionSpec<MysqlCdcOptions>& MysqlCdcSpec() {
  static const OptionSpec<MysqlCdcOptions> spec = WithDebeziumOptions(WithSnapshotOptions(
      WithStartOptions(
          OptionSpec<MysqlCdcOptions>("Reads tables of MySQL and then follows their changes in "
                                      "the binary log.")
              .Required("base-url", &MysqlCdcOptions::base_url,
                        "Where the server is: jdbc:mysql://host:3306/database.", AtLeast(1))
              .Alias("url")
              .Required("username", &MysqlCdcOptions::username, "Account to log in with.")
              .Required("password", &MysqlCdcOptions::password, "Its password.")
              .Optional("database-names", &MysqlCdcOptions::database_names,
                        "Databases to look for tables in.")
              .Refused("database-pattern", "write table-pattern for the whole database.table")
              .Optional("table-names", &MysqlCdcOptions::table_names,
                        "Tables to capture, each database.table.")
              .Optional("table-pattern", &MysqlCdcOptions::table_pattern,
                        "Instead: a regular expression for database.table. Tables that come later "
                        "join the job.")
              .Objects("table-names-config", &MysqlCdcOptions::table_names_config, TableSpec(),
                       "Keys of tables that have none.")
              .Optional("server-id", &MysqlCdcOptions::server_id,
                        "Replica ids to use, 5400 or 5400-5408; default: random ones."))
          .Optional("connect.timeout.ms", &MysqlCdcOptions::connect_timeout_ms,
                    "Milliseconds to wait for a connection.", AtLeast(1))
          .Alias("connect.timeout")
          .Optional("connect.max-retries", &MysqlCdcOptions::connect_retries,
                    "Reconnections before the job is restarted.", AtLeast(0))
          .Ignored("connection.pool.size", "each reader has one connection")
          .Ignored("source.reader.close.timeout", "readers end at once")));
  return spec;
}

std::string ParseJdbcUrl(std::string_view url, SqlEndpoint& endpoint,
                         std::vector<std::string>& notes) {
  constexpr std::string_view kScheme = "jdbc:mysql://";
  if (!url.starts_with(kScheme)) return "must look like jdbc:mysql://host:3306/database";
  url.remove_prefix(kScheme.size());
  const size_t question = std::min(url.find('?'), url.size());
  std::string_view parameters = url.substr(std::min(question + 1, url.size()));
  url = url.substr(0, question);
  const size_t slash = std::min(url.find('/'), url.size());
  endpoint.database = url.substr(std::min(slash + 1, url.size()));
  std::string_view host = url.substr(0, slash);
  if (host.find('@') != std::string_view::npos) {
    return "must not hold user and password; write the options username and password";
  }
  if (host.find(',') != std::string_view::npos) return "must name one server, not several";
  size_t colon = host.rfind(':');
  if (host.starts_with('[')) {
    const size_t bracket = host.find(']');
    if (bracket == std::string_view::npos) return "has no ']' behind its address";
    colon = bracket + 1 < host.size() ? bracket + 1 : std::string_view::npos;
  }
  if (colon != std::string_view::npos) {
    if (const auto wrong = ParsePort(host.substr(colon + 1), endpoint.port); !wrong.empty()) {
      return "has no valid port: " + wrong;
    }
    host = host.substr(0, colon);
  }
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return "names no host";
  endpoint.host = host;
  while (!parameters.empty()) {
    const size_t end = std::min(parameters.find('&'), parameters.size());
    const std::string_view one = parameters.substr(0, end);
    const size_t equals = std::min(one.find('='), one.size());
    const auto wrong = ApplyParameter(
        one.substr(0, equals), one.substr(std::min(equals + 1, one.size())), endpoint, notes);
    if (!wrong.empty()) return wrong;
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
  }
  return "";
}

std::optional<MysqlCdcOptions> ParseOptions(const PluginConfig& config, const EnvOptions& env,
                                            uint64_t random, Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors().size();
  MysqlCdcOptions options = MysqlCdcSpec().ParseAll(config, diagnostics);
  DeriveEndpoint(config, options, diagnostics);
  CheckTables(config, options, diagnostics);
  CheckPlaces(config, options, diagnostics);
  DeriveServerIds(config, env, random, options, diagnostics);
  options.ddl.pass_on = options.schema_changes;
  if (const auto wrong = ReadPolicies(options.schema_changes_policy, options.ddl); !wrong.empty()) {
    diagnostics.Error(OriginOf(config, "schema-changes.policy"),
                      "source 'MySQL-CDC': option 'schema-changes.policy' " + wrong);
  }
  if (auto zone = FindTimeZone(options.server_time_zone)) {
    options.zone = std::move(*zone);
  } else {
    diagnostics.Error(
        OriginOf(config, "server-time-zone"),
        fmt::format("source 'MySQL-CDC': option 'server-time-zone' {}", zone.error().message()));
  }
  if (diagnostics.errors().size() != before) return std::nullopt;
  return options;
}

}  // namespace sluice::mysql
