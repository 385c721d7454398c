// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "data/text.h"
#include "format/json_lines.h"
#include "format/json_text.h"

namespace sluice {
namespace {

constexpr int kFractionDigits = 6;

// Digits of the fraction only as far as they say something.
void AppendExact(TypeKind kind, int64_t micros, std::string& out) {
  const size_t begin = out.size();
  const bool whole = micros % 1'000'000 == 0;
  if (kind == TypeKind::kTime) {
    AppendTime(micros, whole ? 0 : kFractionDigits, out);
  } else {
    AppendTimestamp(micros, whole ? 0 : kFractionDigits, out);
    out[out.find(' ', begin)] = 'T';
  }
  while (!whole && out.ends_with('0')) out.pop_back();
}

}  // namespace

JsonEncoder::JsonEncoder(std::vector<EncodedColumn> columns, std::string row_delimiter)
    : columns_(std::move(columns)), row_delimiter_(std::move(row_delimiter)) {
  for (const EncodedColumn& column : columns_) {
    std::string key = keys_.empty() ? "{" : ",";
    AppendJsonString(column.name, key);
    keys_.push_back(key + ":");
  }
}

Status JsonEncoder::Append(const Chunk& chunk, std::span<const uint32_t> rows, std::string& out) {
  for (const uint32_t row : rows) {
    if (!first_) out += row_delimiter_;
    first_ = false;
    for (size_t i = 0; i < columns_.size(); ++i) {
      out += keys_[i];
      const Column& column = chunk.column(columns_[i].index);
      if (column.is_null(row)) {
        out += "null";
      } else {
        AppendValue(column, row, out);
      }
    }
    out += '}';
  }
  return {};
}

Status JsonEncoder::Finish(std::string& /*out*/) {
  return {};
}

void JsonEncoder::AppendValue(const Column& column, uint32_t row, std::string& out) const {
  const TypeKind kind = column.type().kind;
  switch (kind) {
    case TypeKind::kString:
      return AppendJsonString(column.text(row), out);
    case TypeKind::kFloat:
    case TypeKind::kDouble: {
      const double real =
          kind == TypeKind::kFloat ? double{column.value<float>(row)} : column.value<double>(row);
      // JSON has no such numbers, but readers take their names.
      const std::string_view quote = std::isfinite(real) ? "" : "\"";
      out += quote;
      AppendValueText(column, row, style_, out);
      out += quote;
      return;
    }
    case TypeKind::kBytes:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
      break;
    default:
      return AppendValueText(column, row, style_, out);
  }
  out += '"';
  if (kind == TypeKind::kBytes) {
    AppendBase64(column.text(row), out);
  } else if (kind == TypeKind::kDate) {
    AppendDate(column.value<int32_t>(row), out);
  } else {
    AppendExact(kind, column.value<int64_t>(row), out);
  }
  out += '"';
}

}  // namespace sluice
