// SPDX-License-Identifier: Apache-2.0
#include "jdbc/source_options.h"

#include <fmt/format.h>

#include <cctype>

namespace sluice::jdbc {
namespace {

constexpr char kNoSampling[] = "splits are found one after another, not by sampling";

template <typename T>
OptionSpec<T> WithItem(OptionSpec<T> spec) {
  return spec.Optional("table_path", &T::table_path, "Table to read, db.table or db.schema.table.")
      .Optional("query", &T::query,
                "SELECT whose rows are read; with table_path it gets the "
                "table's keys and comments. On MySQL a backslash in its texts escapes, whatever "
                "sql_mode says.")
      .Optional("partition_column", &T::partition_column,
                "Column by whose values rows are split; default: the first one of a key.")
      .Optional("partition_num", &T::partition_num,
                "Splits of a query with partition_column; default: parallelism.", AtLeast(1))
      .Optional("partition_lower_bound", &T::lower_bound,
                "Least value that is read; default: the least there is.")
      .Optional("partition_upper_bound", &T::upper_bound,
                "Greatest value that is read; default: the greatest there is.")
      .Optional("use_select_count", &T::use_select_count,
                "Count the rows before splitting; else the server's estimate is used.")
      .Ignored("skip_analyze", "nothing is analyzed")
      .Refused("use_regex", "name each table in table_list", {"false"});
}

const OptionSpec<SourceItem>& ItemSpec() {
  static const OptionSpec<SourceItem> spec =
      WithItem(OptionSpec<SourceItem>("One table or query."));
  return spec;
}

OptionSpec<SourceOptions> WithReading(OptionSpec<SourceOptions> spec) {
  using O = SourceOptions;
  return spec.Objects("table_list", &O::list, ItemSpec(), "Several tables and queries.")
      .Optional("where_condition", &O::where_condition,
                "Condition for every table and query, beginning with where.")
      .Ignored("fetch_size", "rows are streamed from the socket")
      .Optional("split.size", &O::split_size, "Rows of a split.", AtLeast(1))
      .Optional("split.even-distribution.factor.upper-bound", &O::even_factor_upper,
                "Keys up to this many times sparser than rows are split by arithmetic.", AtLeast(0))
      .Optional("split.even-distribution.factor.lower-bound", &O::even_factor_lower,
                "Keys down to this density are split by arithmetic.", AtLeast(0))
      .Ignored("split.sample-sharding.threshold", kNoSampling)
      .Ignored("split.inverse-sampling.rate", kNoSampling)
      .Ignored("split.string_split_mode", kNoSampling)
      .Ignored("split.string_split_mode_collate", kNoSampling)
      .Optional("int_type_narrowing", &O::int_type_narrowing, "MySQL's TINYINT(1) is BOOLEAN.")
      .Ignored("decimal_type_narrowing", "it is Oracle's")
      .Refused("handle_blob_as_string", "bytes stay bytes", {"false"});
}

bool BeginsWithWhere(std::string_view text) {
  constexpr std::string_view kWhere = "where ";
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
    text.remove_prefix(1);
  }
  if (text.size() < kWhere.size()) return false;
  for (size_t i = 0; i + 1 < kWhere.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != kWhere[i]) return false;
  }
  return std::isspace(static_cast<unsigned char>(text[kWhere.size() - 1])) != 0;
}

void CheckItems(const PluginConfig& config, SourceOptions& options, Diagnostics& diagnostics) {
  const std::string where = Where(config);
  const bool single = !options.table_path.empty() || !options.query.empty();
  if (single == !options.list.empty()) {
    diagnostics.Error(config.origin, where + ": give one of table_path, query and table_list");
    return;
  }
  options.items = options.list;
  if (single) {
    options.items.push_back({options.table_path, options.query, options.partition_column,
                             options.partition_num, options.lower_bound, options.upper_bound,
                             options.use_select_count});
  }
  for (const SourceItem& item : options.items) {
    if (!item.table_path.empty()) continue;
    if (item.query.empty()) {
      diagnostics.Error(config.origin, where + ": table_list has an item without table_path");
    } else if (options.items.size() > 1) {
      diagnostics.Error(config.origin, where +
                                           ": table_list: give each query a table_path, under "
                                           "whose name its rows go on");
    }
  }
  if (!options.where_condition.empty() && !BeginsWithWhere(options.where_condition)) {
    diagnostics.Error(config.origin, where + ": where_condition must begin with where");
  }
}

}  // namespace

const OptionSpec<SourceOptions>& SourceSpec() {
  static const OptionSpec<SourceOptions> spec =
      WithReading(WithItem(WithConnection(OptionSpec<SourceOptions>(
          "Reads tables and queries of MySQL, MariaDB and PostgreSQL, in parallel splits."))));
  return spec;
}

std::optional<SourceOptions> ParseSourceOptions(const PluginConfig& config, const EnvOptions& env,
                                                Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors().size();
  SourceOptions options = SourceSpec().ParseAll(config, diagnostics);
  DeriveConnection(config, options, diagnostics);
  CheckItems(config, options, diagnostics);
  options.parallelism = config.parallelism.value_or(env.parallelism);
  if (diagnostics.errors().size() != before) return std::nullopt;
  return options;
}

}  // namespace sluice::jdbc
