// SPDX-License-Identifier: Apache-2.0
#include "fake/options.h"

#include "config/schema_block.h"

namespace sluice::fake {
namespace {

constexpr double kFloatMax = std::numeric_limits<float>::max();
constexpr double kDoubleMax = std::numeric_limits<double>::max();
constexpr double kLengthMax = 1 << 20;

const std::vector<std::pair<std::string, Mode>>& Modes() {
  static const std::vector<std::pair<std::string, Mode>> modes = {{"range", Mode::kRange},
                                                                  {"template", Mode::kTemplate}};
  return modes;
}

// SeaTunnel's names and the signs it prints.
std::vector<std::pair<std::string, RowKind>> Kinds() {
  return {{"+I", RowKind::kInsert},
          {"-U", RowKind::kUpdateBefore},
          {"+U", RowKind::kUpdateAfter},
          {"-D", RowKind::kDelete},
          {"UPDATE_BEFORE", RowKind::kUpdateBefore},
          {"UPDATE_AFTER", RowKind::kUpdateAfter},
          {"DELETE", RowKind::kDelete},
          {"INSERT", RowKind::kInsert}};
}

OptionSpec<LiteralOptions> LiteralSpec() {
  return OptionSpec<LiteralOptions>("A row.")
      .Choice("kind", &LiteralOptions::kind, Kinds(), "What happened to the row.")
      .Required("fields", &LiteralOptions::fields,
                "Values in the order of the schema, or by name.");
}

// The four options of values of one numeric type.
template <typename N>
void AddNumber(OptionSpec<Options>& spec, const std::string& type, Mode Options::* mode,
               N Options::* min, N Options::* max, StringList Options::* choices, double least,
               double most) {
  spec.Choice(type + ".fake.mode", mode, Modes(), "How values of this type are made.")
      .Optional(type + ".min", min, "Least value.", Between(least, most))
      .Optional(type + ".max", max, "Greatest value.", Between(least, most))
      .Optional(type + ".template", choices, "Values to pick from in template mode.");
}

template <typename Int>
void AddInteger(OptionSpec<Options>& spec, const std::string& type, Mode Options::* mode,
                int64_t Options::* min, int64_t Options::* max, StringList Options::* choices) {
  using Range = std::numeric_limits<Int>;
  AddNumber(spec, type, mode, min, max, choices, static_cast<double>(Range::min()),
            static_cast<double>(Range::max()));
}

void AddDates(OptionSpec<Options>& spec) {
  spec.Optional("date.year.template", &Options::year_template, "Years to pick from.")
      .Optional("date.month.template", &Options::month_template, "Months to pick from.")
      .Optional("date.day.template", &Options::day_template, "Days to pick from.")
      .Optional("time.hour.template", &Options::hour_template, "Hours to pick from.")
      .Optional("time.minute.template", &Options::minute_template, "Minutes to pick from.")
      .Optional("time.second.template", &Options::second_template, "Seconds to pick from.");
}

OptionSpec<Options> TableSpec() {
  OptionSpec<Options> spec("Makes up rows.");
  spec.Optional("schema", &Options::schema, "The table to produce.")
      .Members(SchemaBlockOptions())
      .Optional("row.num", &Options::rows, "Rows of each parallel reader.", AtLeast(0))
      .Optional("split.num", &Options::split_num, "Splits of each parallel reader.",
                Between(1, 100000))
      .Optional("split.read-interval", &Options::split_interval_ms,
                "Milliseconds of rest before a split.", AtLeast(0))
      .Optional("seed", &Options::seed, "Another seed makes other values; the same makes the same.")
      .Objects("rows", &Options::literals, LiteralSpec(),
               "Rows as they are to come, once for every split.")
      .Optional("auto.increment.enabled", &Options::auto_increment,
                "Count up the first key column, if it is a whole number.")
      .Optional("auto.increment.start", &Options::auto_increment_start, "Where counting begins.")
      .Optional("string.length", &Options::string_length,
                "Letters of a text whose column has no length.", Between(0, kLengthMax))
      .Optional("bytes.length", &Options::bytes_length,
                "Bytes of a value whose column has no length.", Between(0, kLengthMax))
      .Choice("string.fake.mode", &Options::string_mode, Modes(),
              "How values of this type are made.")
      .Optional("string.template", &Options::string_template,
                "Values to pick from in template mode.");
  AddInteger<int8_t>(spec, "tinyint", &Options::tinyint_mode, &Options::tinyint_min,
                     &Options::tinyint_max, &Options::tinyint_template);
  AddInteger<int16_t>(spec, "smallint", &Options::smallint_mode, &Options::smallint_min,
                      &Options::smallint_max, &Options::smallint_template);
  AddInteger<int32_t>(spec, "int", &Options::int_mode, &Options::int_min, &Options::int_max,
                      &Options::int_template);
  AddInteger<int64_t>(spec, "bigint", &Options::bigint_mode, &Options::bigint_min,
                      &Options::bigint_max, &Options::bigint_template);
  AddNumber(spec, "float", &Options::float_mode, &Options::float_min, &Options::float_max,
            &Options::float_template, -kFloatMax, kFloatMax);
  AddNumber(spec, "double", &Options::double_mode, &Options::double_min, &Options::double_max,
            &Options::double_template, -kDoubleMax, kDoubleMax);
  AddDates(spec);
  spec.Ignored("map.size", "there are no map columns")
      .Ignored("array.size", "there are no array columns")
      .Ignored("vector.dimension", "there are no vector columns")
      .Ignored("binary.vector.dimension", "there are no vector columns")
      .Ignored("vector.float.min", "there are no vector columns")
      .Ignored("vector.float.max", "there are no vector columns");
  return spec;
}

}  // namespace

const OptionSpec<Options>& Spec() {
  static const OptionSpec<Options> spec = [] {
    OptionSpec<Options> top = TableSpec();
    top.Objects("tables_configs", &Options::tables, TableSpec(),
                "Several tables, each with the options above.");
    return top;
  }();
  return spec;
}

}  // namespace sluice::fake
