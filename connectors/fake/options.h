// SPDX-License-Identifier: Apache-2.0
// The options of FakeSource: one set a table, given at the top or in tables_configs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/option_spec.h"
#include "data/chunk.h"

namespace sluice::fake {

enum class Mode : uint8_t { kRange, kTemplate };

// One element of `rows`, as written.
struct LiteralOptions {
  RowKind kind = RowKind::kInsert;
  Value fields;
};

struct Options {
  std::optional<Value> schema;
  int64_t rows = 5;       // of each reader
  int64_t split_num = 1;  // of each reader
  int64_t split_interval_ms = 1;
  int64_t seed = 0;
  std::vector<LiteralOptions> literals;
  bool auto_increment = false;
  int64_t auto_increment_start = 1;

  int64_t string_length = 5;
  int64_t bytes_length = 5;
  Mode string_mode = Mode::kRange;
  StringList string_template;

  Mode tinyint_mode = Mode::kRange;
  int64_t tinyint_min = 0;
  int64_t tinyint_max = std::numeric_limits<int8_t>::max();
  StringList tinyint_template;
  Mode smallint_mode = Mode::kRange;
  int64_t smallint_min = 0;
  int64_t smallint_max = std::numeric_limits<int16_t>::max();
  StringList smallint_template;
  Mode int_mode = Mode::kRange;
  int64_t int_min = 0;
  int64_t int_max = std::numeric_limits<int32_t>::max();
  StringList int_template;
  Mode bigint_mode = Mode::kRange;
  int64_t bigint_min = 0;
  int64_t bigint_max = std::numeric_limits<int64_t>::max();
  StringList bigint_template;
  Mode float_mode = Mode::kRange;
  double float_min = 0;
  double float_max = std::numeric_limits<float>::max();
  StringList float_template;
  Mode double_mode = Mode::kRange;
  double double_min = 0;
  double double_max = std::numeric_limits<double>::max();
  StringList double_template;

  StringList year_template;
  StringList month_template;
  StringList day_template;
  StringList hour_template;
  StringList minute_template;
  StringList second_template;

  std::vector<Options> tables;  // tables_configs; at the top only
};

const OptionSpec<Options>& Spec();

}  // namespace sluice::fake
