// SPDX-License-Identifier: Apache-2.0
#include "fake/generator.h"

#include <algorithm>

#include "data/text.h"
#include "fake/plan_columns.h"

namespace sluice::fake {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kSecondsPerDay = 86400;
constexpr int64_t kMicrosPerDay = kSecondsPerDay * kMicrosPerSecond;

// splitmix64's finalizer: 64 well-mixed bits of a counter. Public domain, Sebastiano Vigna.
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

// The `n`-th 64 random bits of one value.
uint64_t Bits(uint64_t seed, uint64_t row, uint64_t n) {
  return Mix(seed ^ Mix(row + (n << 56U)));
}

// Evenly in [0, limit); `limit` 0 stands for 2^64.
uint64_t Below(uint64_t bits, uint64_t limit) {
  if (limit == 0) return bits;
  return static_cast<uint64_t>((static_cast<UInt128>(bits) * limit) >> 64U);
}

template <typename T>
const T& Pick(const std::vector<T>& from, uint64_t bits) {
  return from[Below(bits, from.size())];
}

UInt128 PowerOfTen(int digits) {
  UInt128 power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  return power;
}

Int128 RandomDecimal(const Type& type, uint64_t high, uint64_t low) {
  constexpr int kHalf = 19;  // digits that 64 bits hold
  const int low_digits = std::min(type.precision, kHalf);
  UInt128 value = Below(low, static_cast<uint64_t>(PowerOfTen(low_digits)));
  if (type.precision > kHalf) {
    const auto limit = static_cast<uint64_t>(PowerOfTen(type.precision - kHalf));
    value += static_cast<UInt128>(Below(high, limit)) * PowerOfTen(kHalf);
  }
  return static_cast<Int128>(value);
}

void FillLetters(const ColumnPlan& plan, uint64_t first, uint32_t count, Column& out) {
  constexpr size_t kLettersPerBits = 4;
  std::string text(plan.length, ' ');
  for (uint64_t row = first; row < first + count; ++row) {
    for (size_t i = 0; i < text.size(); i += kLettersPerBits) {
      uint64_t bits = Bits(plan.seed, row, i / kLettersPerBits);
      const size_t end = std::min(i + kLettersPerBits, text.size());
      for (size_t j = i; j < end; ++j, bits >>= 16U) {
        text[j] = kLetters[((bits & 0xffffU) * kLetters.size()) >> 16U];
      }
    }
    out.AppendText(text);
  }
}

template <typename Int>
void FillWhole(const ColumnPlan& plan, uint64_t first, uint32_t count, Column& out) {
  const uint64_t span = static_cast<uint64_t>(plan.max) - static_cast<uint64_t>(plan.min) + 1;
  for (uint64_t row = first; row < first + count; ++row) {
    uint64_t value = 0;
    if (plan.counts) {
      value = static_cast<uint64_t>(plan.start) + row;
    } else if (!plan.wholes.empty()) {
      value = static_cast<uint64_t>(Pick(plan.wholes, Bits(plan.seed, row, 0)));
    } else {
      value = static_cast<uint64_t>(plan.min) + Below(Bits(plan.seed, row, 0), span);
    }
    out.Append(static_cast<Int>(value));
  }
}

template <typename Real>
void FillReal(const ColumnPlan& plan, uint64_t first, uint32_t count, Column& out) {
  for (uint64_t row = first; row < first + count; ++row) {
    const uint64_t bits = Bits(plan.seed, row, 0);
    if (!plan.reals.empty()) {
      out.Append(static_cast<Real>(Pick(plan.reals, bits)));
      continue;
    }
    const double unit = static_cast<double>(bits >> 11U) * 0x1p-53;
    // Not min + unit * (max - min): the difference of two doubles may not be one.
    out.Append(static_cast<Real>(plan.real_min * (1 - unit) + plan.real_max * unit));
  }
}

size_t RowBytes(const std::vector<ColumnPlan>& plans) {
  size_t bytes = 1;
  for (const ColumnPlan& plan : plans) {
    size_t longest = plan.length + sizeof(int32_t);
    for (const std::string& text : plan.texts) longest = std::max(longest, text.size());
    const size_t width = FixedWidth(plan.type.kind);
    bytes += width == 0 ? longest : width;
  }
  return bytes;
}

int32_t RandomDate(const DateParts& parts, int64_t year, uint64_t bits) {
  if (!parts.years.empty()) year = Pick(parts.years, bits << 48U);
  const auto month = static_cast<unsigned>(Pick(parts.months, bits << 32U));
  const auto day = static_cast<unsigned>(Pick(parts.days, bits << 16U));
  const int32_t date = DaysFromCivil(static_cast<int>(year), month, day);
  if (CivilFromDays(date).month == month) return date;
  // Day 31 of a month of 30: its last day.
  const bool december = month == 12;
  return DaysFromCivil(static_cast<int>(year) + (december ? 1 : 0), december ? 1 : month + 1, 1) -
         1;
}

int64_t RandomTime(const DateParts& parts, uint64_t bits) {
  const int64_t hour = Pick(parts.hours, bits << 48U);
  const int64_t minute = Pick(parts.minutes, bits << 32U);
  const int64_t second = Pick(parts.seconds, bits << 16U);
  return ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond;
}

}  // namespace

Generator::Generator(SchemaRef schema, const Options& options, const std::string& where,
                     const Value& block, Diagnostics& diagnostics)
    : schema_(std::move(schema)),
      plans_(PlanColumns(*schema_, options, where, block, diagnostics)),
      parts_(PlanDateParts(options, where, block, diagnostics)) {
  const size_t fitting = kChunkBytesMax / RowBytes(plans_);
  chunk_rows_ = static_cast<uint32_t>(std::clamp<size_t>(fitting, 1, kChunkRowsMax));
}

ChunkPtr Generator::Make(uint64_t first, uint32_t count, int64_t now_micros) const {
  const int64_t year = CivilFromDays(static_cast<int32_t>(now_micros / kMicrosPerDay)).year;
  std::vector<Column> columns;
  columns.reserve(plans_.size());
  for (const ColumnPlan& plan : plans_) {
    Column& column = columns.emplace_back(plan.type);
    column.Reserve(count, plan.length * count);
    Fill(plan, first, count, year, column);
  }
  return std::make_shared<Chunk>(schema_, std::move(columns), std::vector<RowKind>());
}

void Generator::Fill(const ColumnPlan& plan, uint64_t first, uint32_t count, int64_t year,
                     Column& out) const {
  switch (plan.type.kind) {
    case TypeKind::kBoolean:
      for (uint64_t row = first; row < first + count; ++row) {
        out.Append(static_cast<uint8_t>(Bits(plan.seed, row, 0) & 1U));
      }
      return;
    case TypeKind::kTinyInt:
      return FillWhole<int8_t>(plan, first, count, out);
    case TypeKind::kSmallInt:
      return FillWhole<int16_t>(plan, first, count, out);
    case TypeKind::kInt:
      return FillWhole<int32_t>(plan, first, count, out);
    case TypeKind::kBigInt:
      return FillWhole<int64_t>(plan, first, count, out);
    case TypeKind::kFloat:
      return FillReal<float>(plan, first, count, out);
    case TypeKind::kDouble:
      return FillReal<double>(plan, first, count, out);
    case TypeKind::kDecimal:
      for (uint64_t row = first; row < first + count; ++row) {
        out.Append(RandomDecimal(plan.type, Bits(plan.seed, row, 1), Bits(plan.seed, row, 0)));
      }
      return;
    case TypeKind::kString:
    case TypeKind::kBytes:
      if (plan.texts.empty()) return FillLetters(plan, first, count, out);
      for (uint64_t row = first; row < first + count; ++row) {
        out.AppendText(Pick(plan.texts, Bits(plan.seed, row, 0)));
      }
      return;
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
      return FillTimes(plan, first, count, year, out);
  }
}

void Generator::FillTimes(const ColumnPlan& plan, uint64_t first, uint32_t count, int64_t year,
                          Column& out) const {
  for (uint64_t row = first; row < first + count; ++row) {
    const int32_t date = RandomDate(parts_, year, Bits(plan.seed, row, 0));
    const int64_t time = RandomTime(parts_, Bits(plan.seed, row, 1));
    if (plan.type.kind == TypeKind::kDate) {
      out.Append(date);
    } else if (plan.type.kind == TypeKind::kTime) {
      out.Append(time);
    } else {
      out.Append(int64_t{date} * kMicrosPerDay + time);
    }
  }
}

}  // namespace sluice::fake
