// SPDX-License-Identifier: Apache-2.0
#include "starrocks/json_rows.h"

#include <charconv>
#include <cmath>

#include "data/text.h"
#include "format/json_text.h"

namespace sluice::starrocks {
namespace {

template <typename T>
void AppendInteger(T value, std::string& out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value);
  out.append(digits, static_cast<size_t>(end.ptr - digits));
}

void AppendReal(double value, bool single, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
  } else if (single) {
    AppendFloat(static_cast<float>(value), out);
  } else {
    AppendDouble(value, out);
  }
}

void AppendValue(const Column& column, uint32_t row, bool nested, std::string& out) {
  switch (column.type().kind) {
    case TypeKind::kBoolean:
      out += column.value<uint8_t>(row) == 0 ? "false" : "true";
      return;
    case TypeKind::kTinyInt:
      return AppendInteger(int{column.value<int8_t>(row)}, out);
    case TypeKind::kSmallInt:
      return AppendInteger(column.value<int16_t>(row), out);
    case TypeKind::kInt:
      return AppendInteger(column.value<int32_t>(row), out);
    case TypeKind::kBigInt:
      return AppendInteger(column.value<int64_t>(row), out);
    case TypeKind::kFloat:
      return AppendReal(column.value<float>(row), true, out);
    case TypeKind::kDouble:
      return AppendReal(column.value<double>(row), false, out);
    case TypeKind::kString:
      if (nested) {
        out.append(column.text(row));
      } else {
        AppendJsonString(column.text(row), out);
      }
      return;
    default:
      break;
  }
  out += '"';
  switch (column.type().kind) {
    case TypeKind::kDecimal:  // as text, for a JSON number would pass through a double
      AppendDecimal(column.value<Int128>(row), column.type().scale, out);
      break;
    case TypeKind::kDate:
      AppendDate(column.value<int32_t>(row), out);
      break;
    case TypeKind::kTime:
      AppendTime(column.value<int64_t>(row), column.type().scale, out);
      break;
    case TypeKind::kTimestamp:
      AppendTimestamp(column.value<int64_t>(row), column.type().scale, out);
      break;
    default:
      AppendBase64(column.text(row), out);
      break;
  }
  out += '"';
}

}  // namespace

JsonRows::JsonRows(const std::vector<std::string>& names, bool ops, std::vector<bool> nested,
                   std::vector<std::string> of_deletes)
    : nested_(std::move(nested)), of_deletes_(std::move(of_deletes)), ops_(ops) {
  of_deletes_.resize(names.size());
  nested_.resize(names.size());
  for (const std::string& name : names) {
    std::string key = keys_.empty() ? "{" : ",";
    AppendJsonString(name, key);
    keys_.push_back(key + ":");
  }
}

void JsonRows::Append(const Chunk& chunk, uint32_t row, std::string& out) const {
  const RowKind kind = chunk.kind(row);
  const bool gone = ops_ && (kind == RowKind::kDelete || kind == RowKind::kUpdateBefore);
  for (size_t i = 0; i < keys_.size(); ++i) {
    out += keys_[i];
    const Column& column = chunk.column(i);
    if (gone && !of_deletes_[i].empty()) {
      out += of_deletes_[i];
    } else if (column.is_null(row)) {
      out += "null";
    } else {
      AppendValue(column, row, nested_[i], out);
    }
  }
  if (ops_) {
    out += gone ? ",\"__op\":1" : ",\"__op\":0";
  }
  out += '}';
}

}  // namespace sluice::starrocks
