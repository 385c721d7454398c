// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "mysql/table_change.h"

namespace sluice::mysql {
namespace {

struct Range {
  int64_t least;
  int64_t most;
};

// Of integer types up to 32 bits; larger ones have their own types outside.
Range RangeOf(const ColumnDef& column) {
  int bits = 32;
  if (column.type == MysqlType::kTinyInt) bits = 8;
  if (column.type == MysqlType::kSmallInt) bits = 16;
  if (column.type == MysqlType::kMediumInt) bits = 24;
  if (column.type == MysqlType::kYear) return {0, 2155};
  if (column.type == MysqlType::kBigInt) return {INT64_MIN, INT64_MAX};
  const int64_t size = int64_t{1} << static_cast<unsigned>(bits);
  if (column.is_unsigned) return {0, size - 1};
  return {-size / 2, size / 2 - 1};
}

// Of numbers 5 and 70, 2005 and 1970.
bool BecomesYear(const ColumnDef& before, const ColumnDef& after) {
  return after.type == MysqlType::kYear && before.type != MysqlType::kYear;
}

ValueFit FitOfNumbers(const ColumnDef& before, const ColumnDef& after) {
  const TypeKind kind = before.info.type.kind;
  if (kind == TypeKind::kTinyInt || kind == TypeKind::kSmallInt || kind == TypeKind::kInt ||
      kind == TypeKind::kBigInt) {
    if (BecomesYear(before, after)) return ValueFit::kRewritten;
    const Range old = RangeOf(before);
    const Range now = RangeOf(after);
    return now.least <= old.least && now.most >= old.most ? ValueFit::kSame : ValueFit::kNarrower;
  }
  if (kind == TypeKind::kDecimal) {
    // The same type outside may hide digits: DECIMAL(65) shows as DECIMAL(38, 18).
    const bool digits = before.length - before.scale <= after.length - after.scale;
    const bool fits = digits && before.scale <= after.scale;
    const bool sign = !after.is_unsigned || before.is_unsigned;
    return fits && sign && before.type == after.type ? ValueFit::kSame : ValueFit::kNarrower;
  }
  if (kind == TypeKind::kFloat || kind == TypeKind::kDouble) {
    // FLOAT(7,3) rounds what FLOAT holds.
    if (before.info.source_type == after.info.source_type) return ValueFit::kSame;
    const bool plain = after.info.source_type.find('(') == std::string::npos;
    const bool sign = !after.is_unsigned || before.is_unsigned;
    if (!plain) return ValueFit::kRewritten;
    return sign ? ValueFit::kSame : ValueFit::kNarrower;
  }
  return ValueFit::kSame;  // booleans
}

bool IsInteger(const ColumnDef& column) {
  switch (column.type) {
    case MysqlType::kTinyInt:
    case MysqlType::kSmallInt:
    case MysqlType::kMediumInt:
    case MysqlType::kInt:
    case MysqlType::kBigInt:
    case MysqlType::kYear:
      return true;
    default:
      return false;
  }
}

bool IsReal(const ColumnDef& column) {
  return column.type == MysqlType::kFloat || column.type == MysqlType::kDouble;
}

bool IsNumber(const ColumnDef& column) {
  return IsInteger(column) || IsReal(column) || column.type == MysqlType::kDecimal;
}

// A server rounds numbers without an error, or writes them in a way of its own.
bool RewritesNumber(const ColumnDef& before, const ColumnDef& after) {
  if (after.info.type.kind == TypeKind::kBoolean) return true;  // 2 is true there
  if (BecomesYear(before, after)) return true;
  if (IsInteger(after)) return IsReal(before) || before.scale > 0;
  if (after.type == MysqlType::kDecimal) return IsReal(before) || before.scale > after.scale;
  if (after.info.source_type.find('(') != std::string::npos) return true;  // FLOAT(7,3)
  // A server takes a FLOAT by its bits, where a target may take it as it is shown: 0.1.
  if (IsReal(before)) return true;
  // What a DOUBLE and a FLOAT hold of exact numbers: 15 and 6 decimal digits, 24 bits. Whole ones
  // beyond 53 bits become the nearest DOUBLE wherever it is done.
  const bool wide = after.type == MysqlType::kDouble;
  if (before.type == MysqlType::kDecimal) return before.length > (wide ? 15U : 6U);
  return !wide && (before.type == MysqlType::kBigInt || before.type == MysqlType::kInt);
}

bool IsTemporal(const ColumnDef& column) {
  const TypeKind kind = column.info.type.kind;
  return kind == TypeKind::kDate || kind == TypeKind::kTime || kind == TypeKind::kTimestamp;
}

bool RewritesTemporal(const ColumnDef& before, const ColumnDef& after) {
  if (before.type == MysqlType::kDate && after.type == MysqlType::kDateTime) return false;
  return before.type != after.type || before.fsp > after.fsp;
}

bool HoldsEverything(const Charset* charset) {
  const std::string_view name = charset == nullptr ? "" : charset->name();
  return name == "utf8mb4" || name.starts_with("utf16") || name == "utf32" || name == "gb18030";
}

bool HasLabels(const ColumnDef& column) {
  return column.type == MysqlType::kEnum || column.type == MysqlType::kSet;
}

bool BeginsWith(const std::vector<std::string>& all, const std::vector<std::string>& first) {
  return all.size() >= first.size() && std::equal(first.begin(), first.end(), all.begin());
}

ValueFit FitOfTexts(const ColumnDef& before, const ColumnDef& after) {
  const bool json = (before.type == MysqlType::kJson) != (after.type == MysqlType::kJson);
  if (json) return ValueFit::kRewritten;
  // An address or a UUID has one way to be written, whatever the text was.
  const bool canonical = after.type == MysqlType::kUuid || after.type == MysqlType::kInet4 ||
                         after.type == MysqlType::kInet6;
  if (canonical && before.type != after.type) return ValueFit::kRewritten;
  // A CHAR loses the blanks at its end.
  const bool stripped =
      after.type == MysqlType::kChar && before.type != MysqlType::kChar && !HasLabels(before);
  if (stripped) return ValueFit::kRewritten;
  if (before.charset != after.charset && !HoldsEverything(after.charset) &&
      before.charset != Charset::Find("ascii")) {
    return ValueFit::kNarrower;
  }
  if (HasLabels(after)) {
    if (before.type != after.type) return ValueFit::kNarrower;
    const bool all = std::ranges::all_of(before.labels, [&](const std::string& label) {
      return std::ranges::find(after.labels, label) != after.labels.end();
    });
    // The server lists a SET's values in the order of its labels.
    const bool order = after.type == MysqlType::kEnum || BeginsWith(after.labels, before.labels);
    if (!all) return ValueFit::kNarrower;
    return order ? ValueFit::kSame : ValueFit::kRewritten;
  }
  return ValueFit::kSame;
}

bool IsPlainBytes(const ColumnDef& column) {
  return column.type == MysqlType::kVarbinary || column.type == MysqlType::kBlob;
}

ValueFit FitOfTypes(const ColumnDef& before, const ColumnDef& after) {
  switch (before.info.type.kind) {
    case TypeKind::kString:
      return FitOfTexts(before, after);
    case TypeKind::kBytes: {
      if (before.type == after.type && before.length == after.length) return ValueFit::kSame;
      // BINARY fills its values up, a BIT or a geometry is something else.
      const bool plain =
          IsPlainBytes(after) && (IsPlainBytes(before) || before.type == MysqlType::kBinary);
      return plain ? ValueFit::kSame : ValueFit::kRewritten;
    }
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
      // DATETIME and TIMESTAMP are the same type outside, and differ in their zone.
      return before.type == after.type ? ValueFit::kSame : ValueFit::kRewritten;
    default:
      return FitOfNumbers(before, after);
  }
}

// Lengths are in bytes; a value of CHAR(10) fits into VARCHAR(10) of a set of shorter characters,
// if the set has them.
bool Shorter(const ColumnDef& before, const ColumnDef& after) {
  if (!before.info.length || !after.info.length) return !before.info.length && after.info.length;
  if (HasLabels(after)) return false;
  return *after.info.length < *before.info.length;
}

}  // namespace

// Followed is only what every target makes of the values it holds just as the server did.
ValueFit FitOfOther(const ColumnDef& before, const ColumnDef& after) {
  // TINYINT(1) may hold other numbers than 0 and 1, which left as true.
  const bool narrowed =
      before.info.type.kind == TypeKind::kBoolean && before.type == MysqlType::kTinyInt;
  if (narrowed) return ValueFit::kRewritten;
  bool alike = false;
  if (IsNumber(before) && IsNumber(after)) {
    alike = !RewritesNumber(before, after);
  } else if (IsTemporal(before) && IsTemporal(after)) {
    alike = !RewritesTemporal(before, after);
  } else if (before.type == MysqlType::kBit && before.info.type.kind == TypeKind::kBoolean) {
    alike = IsInteger(after) && after.type != MysqlType::kYear;
  } else if (IsInteger(before) &&
             (after.type == MysqlType::kVarchar || after.type == MysqlType::kText)) {
    // Not DECIMAL, times and the like: each server has its own way to write them.
    const bool zeros = before.type == MysqlType::kYear ||  // 0000
                       before.info.source_type.find("zerofill") != std::string::npos;
    alike = !zeros;
  }
  // Texts and bytes are what they were, but targets hold bytes in a form of their own (base64).
  return alike ? ValueFit::kSame : ValueFit::kRewritten;
}

ValueFit FitOf(const ColumnDef& before, const ColumnDef& after) {
  const ValueFit fit = FitOfTypes(before, after);
  if (fit != ValueFit::kSame) return fit;
  const bool null = before.info.nullable && !after.info.nullable;
  return null || Shorter(before, after) ? ValueFit::kNarrower : ValueFit::kSame;
}

}  // namespace sluice::mysql
