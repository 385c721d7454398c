// SPDX-License-Identifier: Apache-2.0
// The options of the Jdbc source.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jdbc/connection.h"

namespace sluice::jdbc {

// One thing that is read: a table, the rows of a query, or a query described by a table.
struct SourceItem {
  std::string table_path;
  std::string query;
  std::string partition_column;
  std::optional<int64_t> partition_num;
  std::optional<std::string> lower_bound;
  std::optional<std::string> upper_bound;
  bool use_select_count = false;
  bool in_parts = false;  // derived: cut into partition_num parts, between the bounds
};

struct SourceOptions : ConnectionOptions {
  std::vector<SourceItem> list;
  std::string where_condition;
  int64_t split_size = 8096;
  double even_factor_upper = 100;
  double even_factor_lower = 0.05;
  bool int_type_narrowing = true;

  // Of the one item that is given without table_list.
  std::string table_path;
  std::string query;
  std::string partition_column;
  std::optional<int64_t> partition_num;
  std::optional<std::string> lower_bound;
  std::optional<std::string> upper_bound;
  bool use_select_count = false;

  std::vector<SourceItem> items;  // derived: all of them
  int64_t parallelism = 1;        // derived
};

const OptionSpec<SourceOptions>& SourceSpec();
std::optional<SourceOptions> ParseSourceOptions(const PluginConfig& config, const EnvOptions& env,
                                                Diagnostics& diagnostics);

}  // namespace sluice::jdbc
