// SPDX-License-Identifier: Apache-2.0
#include "jdbc/source_options.h"

#include <fmt/format.h>

#include <cctype>

#include "data/text.h"

namespace sluice::jdbc {
namespace {

constexpr int kScaleOfBounds = 18;
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
                "Splits of query with partition_column, both outside of table_list; default: "
                "parallelism.",
                AtLeast(1))
      .Optional("partition_lower_bound", &T::lower_bound,
                "Of the same, when the column is a number: the least value that is read. Only with "
                "partition_upper_bound; default: the least there is.")
      .Optional("partition_upper_bound", &T::upper_bound,
                "The greatest value that is read. With both, rows without a value are left out.")
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

bool IsNumberText(const std::string& text) {
  Int128 number = 0;
  return ParseDecimal(text, 0, number) || ParseDecimal(text, kScaleOfBounds, number);
}

void CheckBounds(const std::string& where, const Origin& at, const SourceItem& item,
                 Diagnostics& diagnostics) {
  for (const std::string& bound : {*item.lower_bound, *item.upper_bound}) {
    if (IsNumberText(bound)) continue;
    diagnostics.Error(at, fmt::format("{}: the bound '{}' is no number", where, bound));
  }
  Int128 least = 0;
  Int128 greatest = 0;
  const bool both =
      ParseDecimal(*item.lower_bound, 0, least) && ParseDecimal(*item.upper_bound, 0, greatest);
  if (!both || least <= greatest) return;
  diagnostics.Error(at, where + ": partition_lower_bound is above partition_upper_bound");
}

// What of partition_num and the bounds changes nothing, and why.
void CheckParts(const std::string& where, const Origin& at, const SourceItem& item,
                Diagnostics& diagnostics) {
  const auto ignored = [&](bool given, const char* option, const char* why) {
    if (!given) return;
    diagnostics.Note(at, fmt::format("{}: option '{}' is ignored: {}", where, option, why));
  };
  const bool lower = item.lower_bound.has_value();
  const bool upper = item.upper_bound.has_value();
  if (item.in_parts && lower && upper) return CheckBounds(where, at, item, diagnostics);
  const char* const why = item.in_parts
                              ? "one bound alone bounds nothing, so all rows are read"
                              : "it is of query with partition_column, both outside of table_list; "
                                "here all rows are read";
  ignored(!item.in_parts && item.partition_num, "partition_num", why);
  ignored(lower, "partition_lower_bound", why);
  ignored(upper, "partition_upper_bound", why);
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
    SourceItem& item = options.items.back();
    item.in_parts = !item.query.empty() && !item.partition_column.empty();
  }
  for (const SourceItem& item : options.items) {
    const std::string name = single ? "" : ", table_list: " + item.table_path;
    CheckParts(where + name, config.origin, item, diagnostics);
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
