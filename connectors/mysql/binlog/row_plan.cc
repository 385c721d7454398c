// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/row_plan.h"

#include <fmt/format.h>

#include "mysql/binlog/decimal.h"
#include "mysql/binlog/json_binary.h"
#include "mysql/binlog/mariadb_values.h"

namespace sluice::mysql {
namespace {

constexpr size_t kGeometrySridSize = 4;  // before the WKB

uint32_t PrefixSize(uint32_t bytes_max) {
  return bytes_max < 256 ? 1 : 2;
}

bool IsBlob(WireType type) {
  return type == WireType::kBlob || type == WireType::kTinyBlob || type == WireType::kMediumBlob ||
         type == WireType::kLongBlob;
}

ColumnPlan Fixed(const ColumnDef& def, ValueOp op, uint32_t size) {
  return {&def, op, size, false};
}
ColumnPlan Prefixed(const ColumnDef& def, ValueOp op, uint32_t prefix) {
  return {&def, op, prefix, true};
}

std::optional<ColumnPlan> PlanNumber(const MappedColumn& mapped, const ColumnDef& def) {
  const bool wide = def.is_unsigned;
  switch (def.type) {
    case MysqlType::kTinyInt:
      if (mapped.type != WireType::kTiny) return std::nullopt;
      if (def.info.type.kind == TypeKind::kBoolean) return Fixed(def, ValueOp::kBoolean8, 1);
      return Fixed(def, wide ? ValueOp::kUint8 : ValueOp::kInt8, 1);
    case MysqlType::kSmallInt:
      if (mapped.type != WireType::kShort) return std::nullopt;
      return Fixed(def, wide ? ValueOp::kUint16 : ValueOp::kInt16, 2);
    case MysqlType::kMediumInt:
      if (mapped.type != WireType::kInt24) return std::nullopt;
      return Fixed(def, wide ? ValueOp::kUint24 : ValueOp::kInt24, 3);
    case MysqlType::kInt:
      if (mapped.type != WireType::kLong) return std::nullopt;
      return Fixed(def, wide ? ValueOp::kUint32 : ValueOp::kInt32, 4);
    case MysqlType::kBigInt:
      if (mapped.type != WireType::kLongLong) return std::nullopt;
      return Fixed(def, wide ? ValueOp::kUint64 : ValueOp::kInt64, 8);
    case MysqlType::kFloat:
      if (mapped.type != WireType::kFloat) return std::nullopt;
      return Fixed(def, ValueOp::kFloat, 4);
    case MysqlType::kDouble:
      if (mapped.type != WireType::kDouble) return std::nullopt;
      return Fixed(def, ValueOp::kDouble, 8);
    case MysqlType::kDecimal:
      if (mapped.type != WireType::kNewDecimal || mapped.length != def.length ||
          mapped.scale != def.scale) {
        return std::nullopt;
      }
      return Fixed(def, ValueOp::kDecimal,
                   static_cast<uint32_t>(PackedDecimalSize(def.length, def.scale)));
    case MysqlType::kBit:
      if (mapped.type != WireType::kBit || mapped.length != def.length) return std::nullopt;
      return Fixed(def, def.length == 1 ? ValueOp::kBitBoolean : ValueOp::kBitBytes,
                   (def.length + 7) / 8);
    default:
      return std::nullopt;
  }
}

std::optional<ColumnPlan> PlanTemporal(const MappedColumn& mapped, const ColumnDef& def) {
  const uint32_t fraction = FractionBytes(mapped.length);
  switch (def.type) {
    case MysqlType::kYear:
      if (mapped.type == WireType::kYear) return Fixed(def, ValueOp::kYear, 1);
      return std::nullopt;
    case MysqlType::kDate:
      if (mapped.type == WireType::kDate || mapped.type == WireType::kNewDate) {
        return Fixed(def, ValueOp::kDate, 3);
      }
      return std::nullopt;
    case MysqlType::kTime:
      if (mapped.type == WireType::kTime) return Fixed(def, ValueOp::kTime, 3);
      if (mapped.type != WireType::kTime2 || mapped.length != def.fsp) return std::nullopt;
      return Fixed(def, ValueOp::kTime2, 3 + fraction);
    case MysqlType::kDateTime:
      if (mapped.type == WireType::kDateTime) return Fixed(def, ValueOp::kDateTime, 8);
      if (mapped.type != WireType::kDateTime2 || mapped.length != def.fsp) return std::nullopt;
      return Fixed(def, ValueOp::kDateTime2, 5 + fraction);
    case MysqlType::kTimestamp:
      if (mapped.type == WireType::kTimestamp) return Fixed(def, ValueOp::kTimestamp, 4);
      if (mapped.type != WireType::kTimestamp2 || mapped.length != def.fsp) return std::nullopt;
      return Fixed(def, ValueOp::kTimestamp2, 4 + fraction);
    default:
      return std::nullopt;
  }
}

std::optional<ColumnPlan> PlanText(const MappedColumn& mapped, const ColumnDef& def) {
  const ValueOp text =
      def.charset != nullptr && !def.charset->passes() ? ValueOp::kCharset : ValueOp::kUtf8;
  const bool string = mapped.type == WireType::kString;
  const bool variable = mapped.type == WireType::kVarchar || mapped.type == WireType::kVarString;
  const uint32_t prefix = PrefixSize(mapped.length);
  const bool compressed =
      mapped.type == WireType::kVarcharCompressed || mapped.type == WireType::kBlobCompressed;
  switch (def.type) {
    case MysqlType::kVarchar:
    case MysqlType::kVarbinary:
    case MysqlType::kText:
    case MysqlType::kBlob:
      if (!compressed) break;
      return Prefixed(def, ValueOp::kCompressed,
                      mapped.type == WireType::kBlobCompressed ? mapped.length : prefix);
    case MysqlType::kInet4:
      return string ? std::optional(Prefixed(def, ValueOp::kInet4, prefix)) : std::nullopt;
    case MysqlType::kInet6:
      return string ? std::optional(Prefixed(def, ValueOp::kInet6, prefix)) : std::nullopt;
    case MysqlType::kUuid:
      return string ? std::optional(Prefixed(def, ValueOp::kUuid, prefix)) : std::nullopt;
    default:
      break;
  }
  switch (def.type) {
    case MysqlType::kChar:
      return string ? std::optional(Prefixed(def, text, prefix)) : std::nullopt;
    case MysqlType::kVarchar:
      return variable ? std::optional(Prefixed(def, text, prefix)) : std::nullopt;
    case MysqlType::kBinary:
      return string ? std::optional(Prefixed(def, ValueOp::kPadded, prefix)) : std::nullopt;
    case MysqlType::kVarbinary:
      return variable ? std::optional(Prefixed(def, ValueOp::kBytes, prefix)) : std::nullopt;
    case MysqlType::kText:
      return IsBlob(mapped.type) ? std::optional(Prefixed(def, text, mapped.length)) : std::nullopt;
    case MysqlType::kBlob:
      if (!IsBlob(mapped.type)) return std::nullopt;
      return Prefixed(def, ValueOp::kBytes, mapped.length);
    case MysqlType::kJson:
      if (mapped.type != WireType::kJson) return std::nullopt;
      return Prefixed(def, ValueOp::kJson, mapped.length);
    case MysqlType::kGeometry:
      if (mapped.type != WireType::kGeometry) return std::nullopt;
      return Prefixed(def, ValueOp::kGeometry, mapped.length);
    case MysqlType::kEnum:
      if (mapped.type != WireType::kEnum) return std::nullopt;
      return Fixed(def, ValueOp::kEnum, mapped.length);
    case MysqlType::kSet:
      if (mapped.type != WireType::kSet) return std::nullopt;
      return Fixed(def, ValueOp::kSet, mapped.length);
    default:
      return std::nullopt;
  }
}

template <typename T>
Status AppendDateOutcome(DateOutcome outcome, T value, const ColumnDef& def, Column& out) {
  if (outcome == DateOutcome::kInvalid) {
    return {Code::kSchemaMismatch, "the value is no date of the calendar"};
  }
  if (outcome == DateOutcome::kOk) {
    out.Append(value);
  } else if (def.info.nullable) {
    out.AppendNull();
  } else {
    out.Append(T{0});
  }
  return {};
}

Status AppendDecimalValue(const ColumnPlan& plan, std::string_view bytes, Column& out) {
  Int128 value = 0;
  const ColumnDef& def = *plan.def;
  if (!bytes.empty() && !UnpackDecimal(bytes, def.length, def.scale,
                                       static_cast<unsigned>(def.info.type.scale), value)) {
    return {Code::kSchemaMismatch,
            fmt::format("the value does not fit {}", def.info.type.ToString())};
  }
  out.Append(value);
  return {};
}

Status AppendEnum(const ColumnDef& def, uint64_t index, Column& out) {
  if (index > def.labels.size()) {
    return {Code::kSchemaMismatch, fmt::format("ENUM has no label number {}", index)};
  }
  out.AppendText(index == 0 ? std::string_view() : std::string_view(def.labels[index - 1]));
  return {};
}

Status AppendSet(const ColumnDef& def, uint64_t bits, Column& out) {
  std::string text;
  for (size_t i = 0; bits != 0; ++i, bits >>= 1U) {
    if ((bits & 1U) == 0) continue;
    if (i >= def.labels.size()) {
      return {Code::kSchemaMismatch, fmt::format("SET has no label number {}", i + 1)};
    }
    if (!text.empty()) text += ',';
    text += def.labels[i];
  }
  out.AppendText(text);
  return {};
}

Status AppendTemporal(const ColumnPlan& plan, Cursor& cursor, Column& out) {
  const ColumnDef& def = *plan.def;
  int32_t days = 0;
  int64_t micros = 0;
  switch (plan.op) {
    case ValueOp::kDate: {
      const DateOutcome outcome = DateFromLog(cursor.U24(), days);
      return AppendDateOutcome(outcome, days, def, out);
    }
    case ValueOp::kTime2:
      out.Append(Time2FromLog(cursor.UintBe(plan.size), def.fsp));
      return {};
    case ValueOp::kTime:
      out.Append(TimeFromLog(cursor.U24()));
      return {};
    case ValueOp::kDateTime2: {
      const DateOutcome outcome = DateTime2FromLog(cursor.UintBe(plan.size), def.fsp, micros);
      return AppendDateOutcome(outcome, micros, def, out);
    }
    case ValueOp::kDateTime: {
      const DateOutcome outcome = DateTimeFromLog(cursor.U64(), micros);
      return AppendDateOutcome(outcome, micros, def, out);
    }
    case ValueOp::kTimestamp2: {
      const DateOutcome outcome =
          Timestamp2FromLog(cursor.UintBe(plan.size), def.fsp, def.zone, micros);
      return AppendDateOutcome(outcome, micros, def, out);
    }
    default: {
      // Before 5.6.4: seconds, least significant byte first; the rules are those of no fraction.
      const DateOutcome outcome = Timestamp2FromLog(cursor.U32(), 0, def.zone, micros);
      return AppendDateOutcome(outcome, micros, def, out);
    }
  }
}

Status AppendLong(const ColumnPlan& plan, std::string_view bytes, Column& out) {
  switch (plan.op) {
    case ValueOp::kCharset: {
      std::string text;
      plan.def->charset->AppendUtf8(bytes, text);
      out.AppendText(text);
      return {};
    }
    case ValueOp::kPadded: {
      std::string padded(bytes);
      padded.resize(std::max<size_t>(padded.size(), plan.def->length), '\0');
      out.AppendText(padded);
      return {};
    }
    case ValueOp::kJson: {
      std::string text;
      RETURN_IF_ERROR(AppendJson(bytes, text));
      out.AppendText(text);
      return {};
    }
    case ValueOp::kCompressed: {
      ASSIGN_OR_RETURN(const std::string value, InflateColumn(bytes));
      std::string text;
      if (plan.def->charset != nullptr) plan.def->charset->AppendUtf8(value, text);
      out.AppendText(plan.def->charset != nullptr ? text : value);
      return {};
    }
    case ValueOp::kInet4:
      out.AppendText(Inet4Text(bytes));
      return {};
    case ValueOp::kInet6:
      out.AppendText(Inet6Text(bytes));
      return {};
    case ValueOp::kUuid:
      out.AppendText(UuidText(bytes));
      return {};
    case ValueOp::kGeometry:
      if (bytes.size() < kGeometrySridSize) return {Code::kCorruption, "a geometry is cut short"};
      out.AppendText(bytes.substr(kGeometrySridSize));
      return {};
    default:
      out.AppendText(bytes);
      return {};
  }
}

// What the log says of the character set, if it does. Labels come with full metadata only.
bool OtherText(const MappedColumn& mapped, const ColumnDef& def) {
  constexpr uint32_t kBinaryCollation = 63;
  if (!mapped.collation) return false;
  switch (def.type) {
    case MysqlType::kBinary:
    case MysqlType::kVarbinary:
    case MysqlType::kBlob:
      return *mapped.collation != kBinaryCollation;
    case MysqlType::kChar:
    case MysqlType::kVarchar:
    case MysqlType::kText:
    case MysqlType::kEnum:
    case MysqlType::kSet: {
      const Charset* charset = Charset::OfCollation(*mapped.collation);
      return charset != nullptr && charset != def.charset;
    }
    default:
      return false;
  }
}

bool OtherLabels(const MappedColumn& mapped, const ColumnDef& def) {
  if (mapped.labels.empty() || def.charset == nullptr) return false;
  if (mapped.labels.size() != def.labels.size()) return true;
  for (size_t i = 0; i < def.labels.size(); ++i) {
    std::string label;
    def.charset->AppendUtf8(mapped.labels[i], label);
    if (label != def.labels[i]) return true;
  }
  return false;
}

}  // namespace

Result<ColumnPlan> PlanColumn(const MappedColumn& mapped, const ColumnDef& def) {
  auto plan = PlanNumber(mapped, def);
  if (!plan) plan = PlanTemporal(mapped, def);
  if (!plan) plan = PlanText(mapped, def);
  const bool other_sign = mapped.is_unsigned && *mapped.is_unsigned != def.is_unsigned;
  const bool other_name = !mapped.name.empty() && mapped.name != def.info.name;
  const bool other_text = OtherText(mapped, def);
  const bool other_labels = OtherLabels(mapped, def);
  if (!plan || other_sign || other_name || other_text || other_labels) {
    return Fail(
        Code::kSchemaMismatch,
        fmt::format("column {} is {} in the catalog and {}{}{}{}{} in the log", def.info.name,
                    def.info.source_type, WireTypeName(mapped.type),
                    other_sign ? " of another sign" : "", other_name ? " named " + mapped.name : "",
                    other_text ? " of another character set" : "",
                    other_labels ? " with other labels" : ""));
  }
  return *plan;
}

Status AppendLogValue(const ColumnPlan& plan, Cursor& cursor, Column& out) {
  switch (plan.op) {
    case ValueOp::kBoolean8:
      out.Append<uint8_t>(cursor.U8() == 0 ? 0 : 1);
      return {};
    case ValueOp::kInt8:
      out.Append(static_cast<int8_t>(cursor.U8()));
      return {};
    case ValueOp::kUint8:
      out.Append(static_cast<int16_t>(cursor.U8()));
      return {};
    case ValueOp::kInt16:
      out.Append(static_cast<int16_t>(cursor.U16()));
      return {};
    case ValueOp::kUint16:
      out.Append(static_cast<int32_t>(cursor.U16()));
      return {};
    case ValueOp::kInt24:
      out.Append(static_cast<int32_t>(cursor.U24() << 8U) >> 8U);
      return {};
    case ValueOp::kUint24:
    case ValueOp::kInt32:
      out.Append(static_cast<int32_t>(plan.size == 3 ? cursor.U24() : cursor.U32()));
      return {};
    case ValueOp::kUint32:
      out.Append(static_cast<int64_t>(cursor.U32()));
      return {};
    case ValueOp::kInt64:
      out.Append(static_cast<int64_t>(cursor.U64()));
      return {};
    case ValueOp::kUint64:
      out.Append(static_cast<Int128>(cursor.U64()));
      return {};
    case ValueOp::kFloat:
      out.Append(std::bit_cast<float>(cursor.U32()));
      return {};
    case ValueOp::kDouble:
      out.Append(std::bit_cast<double>(cursor.U64()));
      return {};
    case ValueOp::kDecimal:
      return AppendDecimalValue(plan, cursor.Take(plan.size), out);
    case ValueOp::kYear: {
      const int32_t year = cursor.U8();
      out.Append<int32_t>(year == 0 ? 0 : year + 1900);
      return {};
    }
    case ValueOp::kBitBoolean:
      out.Append<uint8_t>(cursor.U8() == 0 ? 0 : 1);
      return {};
    case ValueOp::kBitBytes:
      out.AppendText(cursor.Take(plan.size));
      return {};
    case ValueOp::kEnum:
      return AppendEnum(*plan.def, cursor.UintLe(plan.size), out);
    case ValueOp::kSet:
      return AppendSet(*plan.def, cursor.UintLe(plan.size), out);
    case ValueOp::kUtf8:
    case ValueOp::kBytes:
      out.AppendText(cursor.Take(cursor.UintLe(plan.size)));
      return {};
    default:
      if (!plan.prefixed) return AppendTemporal(plan, cursor, out);
      return AppendLong(plan, cursor.Take(cursor.UintLe(plan.size)), out);
  }
}

}  // namespace sluice::mysql
