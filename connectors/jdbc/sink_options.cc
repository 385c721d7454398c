// SPDX-License-Identifier: Apache-2.0
#include "jdbc/sink_options.h"

#include <fmt/format.h>

namespace sluice::jdbc {
namespace {

constexpr char kNoXa[] =
    "rows are staged in the target and merged together with a ledger row, which needs no XA";

const Origin& OriginOf(const PluginConfig& config, std::string_view option) {
  const Field* field = FindOption(config.options, option);
  return field == nullptr ? config.origin : field->value.origin();
}

OptionSpec<SinkOptions> WithStatements(OptionSpec<SinkOptions> spec) {
  using O = SinkOptions;
  return spec
      .Optional("generate_sink_sql", &O::generate_sink_sql,
                "Make the statements from the columns of each table; else query is run.")
      .Optional("query", &O::query, "Statement with a ? for each column, run for every row.")
      .Optional("database", &O::target_database,
                "Database of the target tables; default: the URL's.")
      .Optional("table", &O::table,
                "Name of the target table, for PostgreSQL schema.table; ${table_name} and the like "
                "are replaced. Default: the name of the source's table.")
      .Optional("tablePrefix", &O::table_prefix, "Put before the name, when table is not given.")
      .Optional("tableSuffix", &O::table_suffix, "Put behind the name, when table is not given.")
      .Optional("primary_keys", &O::primary_keys,
                "Columns by which rows are updated and deleted; default: the source's primary key, "
                "else its first unique key.")
      .Optional("enable_upsert", &O::enable_upsert,
                "Use the server's upsert; else rows are updated, and inserted where there is none.")
      .Ignored("support_upsert_by_query_primary_key_exist",
               "nobody is asked first: the merge finds out by itself")
      .Refused("support_upsert_by_insert_only", "MySQL and PostgreSQL update by key", {"false"})
      .Optional("is_primary_key_updated", &O::update_keys,
                "Write the key's columns too when a row is updated.")
      .Choice("field_ide", &O::field_case,
              {{"ORIGINAL", FieldCase::kOriginal},
               {"UPPERCASE", FieldCase::kUpper},
               {"LOWERCASE", FieldCase::kLower}},
              "Letter case of tables and columns at the target.");
}

OptionSpec<SinkOptions> WithDelivery(OptionSpec<SinkOptions> spec) {
  using O = SinkOptions;
  return spec.Optional("batch_size", &O::batch_size, "Most rows that are sent at once.", AtLeast(1))
      .Ignored("batch_interval_ms", "rows are sent with their checkpoint at the latest")
      .Optional("max_retries", &O::max_retries,
                "How often a batch is sent again; of at-least-once delivery only.", AtLeast(0))
      .Ignored("auto_commit", "each batch, or each checkpoint, is one transaction")
      .Optional("use_copy_statement", &O::use_copy,
                "Append every row with COPY, whatever its kind (PostgreSQL).")
      .Optional("create_index", &O::create_index, "Created tables get the source's keys.")
      .Optional("is_exactly_once", &O::is_exactly_once,
                "Rows become visible exactly with their checkpoint; else batch by batch, but those "
                "of a snapshot with one that holds where they were read. Default: unless query is "
                "given or env asks for less.")
      .Ignored("xa_data_source_class_name", kNoXa)
      .Ignored("max_commit_attempts", "a commit is asked for until its outcome is known")
      .Ignored("transaction_timeout_sec", kNoXa);
}

void CheckStatements(const PluginConfig& config, SinkOptions& options, Diagnostics& diagnostics) {
  const std::string where = Where(config);
  if (options.generate_sink_sql == options.query.empty()) {
    if (options.generate_sink_sql && !options.target_database.empty()) return;
    if (options.generate_sink_sql && !options.endpoints.empty() && !options.database().empty()) {
      options.target_database = options.database();
      return;
    }
    if (!options.generate_sink_sql) return;
    diagnostics.Error(config.origin, where + ": generate_sink_sql needs database");
    return;
  }
  diagnostics.Error(
      config.origin,
      where + (options.query.empty() ? ": give generate_sink_sql = true with database, or a query"
                                     : ": give query or generate_sink_sql = true, not both"));
}

void CheckDelivery(const PluginConfig& config, const EnvOptions& env, SinkOptions& options,
                   Diagnostics& diagnostics) {
  const std::string where = Where(config);
  const bool asked = options.is_exactly_once.value_or(false);
  if (asked && !options.query.empty()) {
    diagnostics.Error(OriginOf(config, "is_exactly_once"),
                      where +
                          ": is_exactly_once needs generate_sink_sql = true: what a statement "
                          "of query does cannot be held back until its checkpoint");
  }
  const bool wanted = options.is_exactly_once.value_or(env.guarantee != Guarantee::kAtLeastOnce);
  options.two_phase = wanted && options.query.empty();
  // A BATCH job that dies is not held against a source that goes on changing.
  const bool follows = env.job_mode == JobMode::kStreaming && !options.use_copy;
  options.stages = options.two_phase || (follows && options.query.empty());
  if (options.two_phase && options.max_retries > 0) {
    diagnostics.Note(OriginOf(config, "max_retries"),
                     where + ": max_retries is ignored: the job goes on from its checkpoint");
  }
  if (options.use_copy && !options.endpoints.empty() && !options.postgres()) {
    diagnostics.Error(OriginOf(config, "use_copy_statement"),
                      where + ": use_copy_statement is PostgreSQL's; remove it");
  }
  if (options.data_save_mode == DataSaveMode::kCustom && options.custom_sql.empty()) {
    diagnostics.Error(OriginOf(config, "data_save_mode"),
                      where + ": data_save_mode = CUSTOM_PROCESSING needs custom_sql");
  }
}

}  // namespace

Status ForStages(const Status& status, const SinkOptions& options, const std::string& place) {
  if (status.code() != Code::kInvalidConfig) return status;
  const std::string which =
      options.two_phase ? "rows wait" : "rows of a snapshot, and the first ones of a run, wait";
  const std::string grant =
      options.postgres()
          ? fmt::format("USAGE, CREATE ON SCHEMA \"{}\"", place)
          : fmt::format("SELECT, INSERT, UPDATE, DELETE, CREATE, DROP ON `{}`.*", place);
  return {status.code(),
          fmt::format("{}; {} in tables beside their target until their checkpoint is committed: "
                      "GRANT {} TO {}",
                      status.message(), which, grant, options.user)};
}

const OptionSpec<SinkOptions>& SinkSpec() {
  static const OptionSpec<SinkOptions> spec =
      WithSaveModes(WithDelivery(WithStatements(WithConnection(OptionSpec<SinkOptions>(
          "Writes tables of MySQL, MariaDB and PostgreSQL, each checkpoint exactly once.")))));
  return spec;
}

std::optional<SinkOptions> ParseSinkOptions(const PluginConfig& config, const EnvOptions& env,
                                            Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors().size();
  SinkOptions options = SinkSpec().ParseAll(config, diagnostics);
  DeriveConnection(config, options, diagnostics);
  CheckStatements(config, options, diagnostics);
  CheckDelivery(config, env, options, diagnostics);
  if (diagnostics.errors().size() != before) return std::nullopt;
  // PostgreSQL has one database a connection.
  const bool named = options.target_database.find("${") == std::string::npos;
  if (options.postgres() && options.database().empty() && named) {
    for (SqlEndpoint& endpoint : options.endpoints) endpoint.database = options.target_database;
  }
  return options;
}

}  // namespace sluice::jdbc
