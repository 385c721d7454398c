// SPDX-License-Identifier: Apache-2.0
#include "starrocks/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"

namespace sluice::starrocks {
namespace {

constexpr char kDefaultTemplate[] =
    "CREATE TABLE IF NOT EXISTS `${database}`.`${table}` (\n${rowtype_primary_key},\n"
    "${rowtype_fields}\n) ENGINE=OLAP\nPRIMARY KEY (${rowtype_primary_key})\n"
    "DISTRIBUTED BY HASH (${rowtype_primary_key})\nPROPERTIES (\"replication_num\" = \"1\")";

// Of the first of these names that is given.
const Origin& OriginOf(const PluginConfig& config, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const Field* field = FindOption(config.options, name)) return field->value.origin();
  }
  return config.origin;
}

// "host:port"; an "http://" in front and a path behind are taken off.
std::optional<std::string> NodeAddress(std::string_view text) {
  if (text.starts_with("http://")) text.remove_prefix(7);
  while (text.ends_with('/')) text.remove_suffix(1);
  const size_t colon = text.rfind(':');
  uint16_t port = 0;
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  if (text.find_first_of("/@ ") != std::string_view::npos) return std::nullopt;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end || port == 0) return std::nullopt;
  return std::string(text);
}

// "jdbc:mysql://host:9030/..." Returns what is wrong.
std::string ParseBaseUrl(std::string_view url, SqlEndpoint& endpoint) {
  constexpr std::string_view kScheme = "jdbc:mysql://";
  constexpr char kShape[] = "must look like jdbc:mysql://host:9030";
  if (!url.starts_with(kScheme)) return kShape;
  url.remove_prefix(kScheme.size());
  url = url.substr(0, url.find_first_of("/?"));
  endpoint.port = 9030;
  if (url.find(':') == std::string_view::npos) {
    endpoint.host = url;
  } else {
    const auto address = NodeAddress(url);
    if (!address) return kShape;
    const size_t colon = address->rfind(':');
    endpoint.host = address->substr(0, colon);
    std::from_chars(address->data() + colon + 1, address->data() + address->size(), endpoint.port);
  }
  return endpoint.host.empty() ? kShape : "";
}

// How SeaTunnel's users say in which form rows travel. They travel as JSON, whatever is asked for:
// the table holds the same afterwards, and CSV cannot carry every value. A text that reads `\N`
// would arrive as NULL, quoted or not; a text that holds a separator would be cut, because
// transaction loads parse neither `enclose` nor `escape`; the line of a table of one column with
// an empty text is skipped; a JSON column takes no CSV. Separators of many bytes make some of it
// unlikely, and none impossible.
std::string FormNote(const std::string& key, const std::string& value) {
  if (key == "format") {
    return fmt::format(
        "{} is mapped to JSON, which carries every value exactly; the table holds "
        "the same rows",
        Upper(value));
  }
  return "not needed: rows are written as JSON, in which no value has to be marked off";
}

// Transforms of CSV that change values. Where they ask for nothing, they are left out.
std::string WrongCsvRule(const std::string& key, const std::string& value) {
  if (key == "trim_space" && Lower(value) != "false") {
    return "values are written as they are; trim them by a Replace transform";
  }
  if (key == "skip_header" && value != "0") return "no load has a header line; remove it";
  return "";
}

// Headers that would break what the sink promises, or that it sets itself.
void CheckHeaders(const PluginConfig& config, StarrocksOptions& options, Diagnostics& diagnostics) {
  static constexpr auto kOwn = std::to_array<std::string_view>(
      {"label", "db", "table", "expect", "authorization", "content-length", "transfer-encoding",
       "transaction_type", "timeout", "prepared_timeout", "two_phase_commit", "channel_id",
       "channel_num"});
  static constexpr auto kForm =
      std::to_array<std::string_view>({"format", "column_separator", "row_delimiter", "enclose",
                                       "escape", "compression", "content-encoding"});
  static constexpr auto kGrouped =
      std::to_array<std::string_view>({"enable_merge_commit", "merge_commit_async",
                                       "merge_commit_interval_ms", "merge_commit_parallel"});
  const Origin& at = OriginOf(config, {"starrocks.config", "sink.properties"});
  StringMap kept;
  for (const auto& [name, value] : options.config) {
    const std::string key = Lower(name);
    // Without the value: it may be a secret.
    const auto text = [&](std::string_view why) {
      return fmt::format("sink 'StarRocks': starrocks.config: {}: {}", name, why);
    };
    const auto fail = [&](std::string_view why) { diagnostics.Error(at, text(why)); };
    const std::string format = key == "format" ? Lower(value) : "";
    if (format == "json") continue;
    if (!format.empty() && format != "csv") {
      fail("must be JSON or CSV");
    } else if (std::ranges::find(kForm, key) != kForm.end()) {
      diagnostics.Note(at, text(FormNote(key, value)));
    } else if (key == "trim_space" || key == "skip_header") {
      if (const std::string wrong = WrongCsvRule(key, value); !wrong.empty()) fail(wrong);
    } else if (std::ranges::find(kGrouped, key) != kGrouped.end()) {
      fail("merge commit loses the labels that exactly-once rests on; remove it");
    } else if (std::ranges::find(kOwn, key) != kOwn.end()) {
      fail("the sink sets this header itself; remove it");
    } else if (key == "columns" || key == "jsonpaths" || key == "json_root") {
      fail("rows are written as JSON by column name; remove it");
    } else if (key != "strip_outer_array" && key != "ignore_json_size") {
      kept.emplace_back(name, value);
    }
  }
  options.config = std::move(kept);
}

void CheckNodes(const PluginConfig& config, StarrocksOptions& options, Diagnostics& diagnostics) {
  for (std::string& node : options.node_urls) {
    if (auto address = NodeAddress(node)) {
      node = std::move(*address);
    } else {
      // What stands before '@' may be a password.
      const bool secret = node.find('@') != std::string::npos;
      diagnostics.Error(OriginOf(config, {"nodeUrls", "node_urls"}),
                        fmt::format("sink 'StarRocks': nodeUrls: '{}' must be host:port of a "
                                    "front end's HTTP server (8030){}",
                                    secret ? "..." + node.substr(node.rfind('@')) : node,
                                    secret ? "; write the options username and password" : ""));
    }
  }
}

void CheckBaseUrl(const PluginConfig& config, StarrocksOptions& options, Diagnostics& diagnostics) {
  if (options.base_url.empty()) return;  // told as missing
  const std::string wrong = ParseBaseUrl(options.base_url, options.sql);
  if (!wrong.empty()) {
    diagnostics.Error(OriginOf(config, {"base-url", "base_url"}),
                      "sink 'StarRocks': base-url " + wrong);
  }
  options.sql.user = options.username;
  options.sql.password = options.password;
}

// The promise of the job decides when rows become visible.
void SetVisibility(const PluginConfig& config, const EnvOptions& env, StarrocksOptions& options,
                   Diagnostics& diagnostics) {
  if (env.guarantee == Guarantee::kAtLeastOnce) {
    options.flush_interval = std::chrono::milliseconds(options.batch_interval_ms);
  } else if (FindOption(config.options, "batch_interval_ms") != nullptr) {
    diagnostics.Note(OriginOf(config, {"batch_interval_ms"}),
                     "sink 'StarRocks': batch_interval_ms is ignored: rows become visible with "
                     "their checkpoint, exactly once; delivery.guarantee = AT_LEAST_ONCE in env "
                     "shows them within this interval");
  }
}

// A transaction is open for one interval, waits for the commit before it, and is then prepared.
void CheckIntervals(const PluginConfig& config, const EnvOptions& env, Diagnostics& diagnostics) {
  const std::chrono::milliseconds open(env.checkpoint_interval_ms.value_or(0) +
                                       env.checkpoint_timeout_ms.value_or(0));
  if (open * 2 <= kOpenLife) return;
  diagnostics.Error(config.origin,
                    fmt::format("sink 'StarRocks': checkpoint.interval and checkpoint.timeout "
                                "together must be at most {} h, or transactions end before their "
                                "checkpoint",
                                std::chrono::hours(kOpenLife.count() / 3600 / 2).count()));
}

}  // namespace

const OptionSpec<StarrocksOptions>& StarrocksSpec() {
  using O = StarrocksOptions;
  static const OptionSpec<O> spec =
      WithSaveModes(
          OptionSpec<O>(
              "Writes tables of StarRocks, each checkpoint exactly once, or at least once "
              "by an interval.")
              .Required("nodeUrls", &O::node_urls, "Front ends' HTTP addresses, host:8030.",
                        AtLeast(1))
              .Alias("node_urls")
              .Required(
                  "base-url", &O::base_url,
                  "A front end's SQL address, jdbc:mysql://host:9030; tables are looked up and "
                  "created there.")
              .Alias("base_url")
              .Required("username", &O::username, "Account to log in with.")
              .Required("password", &O::password, "Its password, may be empty.")
              .Required("database", &O::database, "Database of the target tables.", AtLeast(1))
              .Optional("table", &O::table,
                        "Name of the target table; ${table_name} and the like are "
                        "replaced.")
              .Optional("labelPrefix", &O::label_prefix, "Put in front of every label.")
              .Optional("batch_max_rows", &O::batch_max_rows, "Rows of a load request.", AtLeast(1))
              .Optional("batch_max_bytes", &O::batch_max_bytes, "Bytes of a load request.",
                        Between(1, 1e9))
              .Optional("max_retries", &O::max_retries,
                        "How often a transaction is written again after a failure, at most 3.",
                        AtLeast(0))
              .Optional("retry_backoff_multiplier_ms", &O::retry_backoff_multiplier_ms,
                        "Milliseconds to wait before a retry, times the number of the retry.",
                        AtLeast(0))
              .Optional("max_retry_backoff_ms", &O::max_retry_backoff_ms,
                        "Most milliseconds to wait before a retry.", AtLeast(0))
              .Optional("enable_upsert_delete", &O::enable_upsert_delete,
                        "Update and delete rows of primary-key tables; else every row is appended.")
              .Optional("starrocks.config", &O::config,
                        "Headers of every load. strict_mode is true unless it is given: a value "
                        "that its column cannot hold ends the job, and with false becomes NULL. "
                        "Rows travel as JSON, also where format = CSV asks for other: the table "
                        "holds the same.")
              .Alias("sink.properties")
              .Optional("http_socket_timeout_ms", &O::http_socket_timeout_ms,
                        "Milliseconds a request may take.", AtLeast(1)))
          .Optional("save_mode_create_template", &O::create_template,
                    "CREATE TABLE statement with placeholders.")
          .Optional("batch_interval_ms", &O::batch_interval_ms,
                    "Milliseconds until written rows are visible, one load a table in that time; "
                    "of delivery.guarantee = AT_LEAST_ONCE only, for an account that has OPERATE "
                    "on SYSTEM. Otherwise rows become visible with their checkpoint.",
                    Between(1, 86'400'000))
          .Refused("table_options", "write them into save_mode_create_template");
  return spec;
}

std::optional<StarrocksOptions> ParseOptions(const PluginConfig& config, const EnvOptions& env,
                                             Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors().size();
  StarrocksOptions options = StarrocksSpec().ParseAll(config, diagnostics);
  if (options.create_template.empty()) options.create_template = kDefaultTemplate;
  CheckNodes(config, options, diagnostics);
  CheckBaseUrl(config, options, diagnostics);
  CheckHeaders(config, options, diagnostics);
  SetVisibility(config, env, options, diagnostics);
  CheckIntervals(config, env, diagnostics);
  if (options.data_save_mode == DataSaveMode::kCustom && options.custom_sql.empty()) {
    diagnostics.Error(OriginOf(config, {"data_save_mode"}),
                      "sink 'StarRocks': data_save_mode = CUSTOM_PROCESSING needs custom_sql");
  }
  if (diagnostics.errors().size() != before) return std::nullopt;
  return options;
}

}  // namespace sluice::starrocks
