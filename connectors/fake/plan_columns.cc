// SPDX-License-Identifier: Apache-2.0
#include "fake/plan_columns.h"

#include <fmt/format.h>

#include <charconv>
#include <numeric>

#include "base/checksum.h"
#include "config/value.h"

namespace sluice::fake {
namespace {

class Planner {
 public:
  Planner(const Options& options, std::string where, const Value& block, Diagnostics& diagnostics)
      : options_(options), where_(std::move(where)), block_(block), diagnostics_(diagnostics) {}

  ColumnPlan Column(const ColumnInfo& column) {
    ColumnPlan plan{.type = column.type,
                    .seed = Hash64(column.name, static_cast<uint64_t>(options_.seed))};
    const Options& o = options_;
    switch (column.type.kind) {
      case TypeKind::kTinyInt:
        Whole(plan, "tinyint", o.tinyint_mode, {o.tinyint_min, o.tinyint_max}, o.tinyint_template,
              {INT8_MIN, INT8_MAX});
        break;
      case TypeKind::kSmallInt:
        Whole(plan, "smallint", o.smallint_mode, {o.smallint_min, o.smallint_max},
              o.smallint_template, {INT16_MIN, INT16_MAX});
        break;
      case TypeKind::kInt:
        Whole(plan, "int", o.int_mode, {o.int_min, o.int_max}, o.int_template,
              {INT32_MIN, INT32_MAX});
        break;
      case TypeKind::kBigInt:
        Whole(plan, "bigint", o.bigint_mode, {o.bigint_min, o.bigint_max}, o.bigint_template,
              {INT64_MIN, INT64_MAX});
        break;
      case TypeKind::kFloat:
        Real(plan, "float", o.float_mode, o.float_min, o.float_max, o.float_template);
        break;
      case TypeKind::kDouble:
        Real(plan, "double", o.double_mode, o.double_min, o.double_max, o.double_template);
        break;
      case TypeKind::kString:
        plan.length = static_cast<size_t>(column.length.value_or(o.string_length));
        if (o.string_mode == Mode::kTemplate) {
          Need("string", o.string_template);
          plan.texts = o.string_template;
        }
        break;
      case TypeKind::kBytes:
        plan.length = static_cast<size_t>(column.length.value_or(o.bytes_length));
        break;
      default:
        break;
    }
    return plan;
  }

  // The numbers of a template, or every number of [least, most] when there is none.
  std::vector<int64_t> Part(const char* name, const StringList& choices, int64_t least,
                            int64_t most) {
    if (!choices.empty()) return Wholes(name, choices, {least, most});
    std::vector<int64_t> all(static_cast<size_t>(most - least + 1));
    std::iota(all.begin(), all.end(), least);
    return all;
  }
  std::vector<int64_t> Wholes(const std::string& name, const StringList& texts,
                              std::pair<int64_t, int64_t> range) {
    std::vector<int64_t> out;
    for (const std::string& text : texts) {
      int64_t value = 0;
      if (ParseWhole(text, value) && value >= range.first && value <= range.second) {
        out.push_back(value);
        continue;
      }
      Error(name,
            fmt::format("option '{}' must hold whole numbers between {} and {}, but holds '{}'",
                        name, range.first, range.second, text));
    }
    return out;
  }

 private:
  // A mistake of option `name`, told where it stands.
  void Error(const std::string& name, const std::string& text) {
    const Field* field = FindOption(block_, name);
    diagnostics_.Error(field == nullptr ? block_.origin() : field->value.origin(),
                       fmt::format("{}: {}", where_, text));
  }
  void Need(const std::string& type, const StringList& choices) {
    if (!choices.empty()) return;
    Error(type + ".fake.mode",
          fmt::format("option '{}.template' is missing for template mode", type));
  }

  void Whole(ColumnPlan& plan, const std::string& type, Mode mode,
             std::pair<int64_t, int64_t> range, const StringList& choices,
             std::pair<int64_t, int64_t> limits) {
    std::tie(plan.min, plan.max) = range;
    if (mode == Mode::kTemplate) {
      Need(type, choices);
      plan.wholes = Wholes(type + ".template", choices, limits);
    } else if (plan.min > plan.max) {
      Error(type + ".min",
            fmt::format("{}.min = {} is greater than {}.max = {}", type, plan.min, type, plan.max));
    }
  }

  void Real(ColumnPlan& plan, const std::string& type, Mode mode, double min, double max,
            const StringList& choices) {
    plan.real_min = min;
    plan.real_max = max;
    if (mode == Mode::kTemplate) {
      Need(type, choices);
      for (const std::string& text : choices) {
        double value = 0;
        const char* end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data(), end, value);
        if (parsed.ec != std::errc() || parsed.ptr != end) {
          Error(type + ".template",
                fmt::format("option '{}.template' must hold numbers, but holds '{}'", type, text));
        }
        plan.reals.push_back(value);
      }
    } else if (min > max) {
      Error(type + ".min",
            fmt::format("{}.min = {} is greater than {}.max = {}", type, min, type, max));
    }
  }

  const Options& options_;
  std::string where_;
  const Value& block_;
  Diagnostics& diagnostics_;
};

bool IsWhole(TypeKind kind) {
  return kind == TypeKind::kTinyInt || kind == TypeKind::kSmallInt || kind == TypeKind::kInt ||
         kind == TypeKind::kBigInt;
}

}  // namespace

std::vector<ColumnPlan> PlanColumns(const Schema& schema, const Options& options,
                                    const std::string& where, const Value& block,
                                    Diagnostics& diagnostics) {
  Planner planner(options, where, block, diagnostics);
  std::vector<ColumnPlan> plans;
  for (const ColumnInfo& column : schema.columns) plans.push_back(planner.Column(column));
  if (!options.auto_increment) return plans;
  if (schema.primary_key.empty() || !IsWhole(plans[schema.primary_key[0]].type.kind)) {
    const Field* field = FindOption(block, "auto.increment.enabled");
    diagnostics.Error(field->value.origin(),
                      fmt::format("{}: auto.increment.enabled needs a primary key whose "
                                  "first column is a whole number",
                                  where));
    return plans;
  }
  ColumnPlan& key = plans[schema.primary_key[0]];
  key.counts = true;
  key.start = options.auto_increment_start;
  return plans;
}

DateParts PlanDateParts(const Options& options, const std::string& where, const Value& block,
                        Diagnostics& diagnostics) {
  Planner planner(options, where, block, diagnostics);
  constexpr int64_t kYearMax = 9999;
  DateParts parts;
  parts.years = planner.Wholes("date.year.template", options.year_template, {0, kYearMax});
  const auto templated = [](const StringList& choices) { return !choices.empty(); };
  parts.months = planner.Part("date.month.template", options.month_template, 1, 12);
  parts.days = planner.Part("date.day.template", options.day_template, 1,
                            templated(options.day_template) ? 31 : 28);
  parts.hours = planner.Part("time.hour.template", options.hour_template, 0, 23);
  parts.minutes = planner.Part("time.minute.template", options.minute_template, 0, 59);
  parts.seconds = planner.Part("time.second.template", options.second_template, 0, 59);
  return parts;
}

}  // namespace sluice::fake
