// SPDX-License-Identifier: Apache-2.0
#include "fake/literal_rows.h"

#include <fmt/format.h>

#include "config/literal.h"
#include "config/suggest.h"

namespace sluice::fake {

LiteralRows::LiteralRows(SchemaRef schema, std::vector<LiteralOptions> rows,
                         const std::string& where, Diagnostics& diagnostics)
    : schema_(std::move(schema)), rows_(std::move(rows)) {
  for (size_t i = 0; i < rows_.size(); ++i) {
    const std::string place = fmt::format("{}, rows[{}]", where, i);
    Check(rows_[i], place, diagnostics);
    const bool before = rows_[i].kind == RowKind::kUpdateBefore;
    if (before && (i + 1 == rows_.size() || rows_[i + 1].kind != RowKind::kUpdateAfter)) {
      diagnostics.Error(rows_[i].fields.origin(),
                        fmt::format("{}: the next row must be the UPDATE_AFTER of this "
                                    "UPDATE_BEFORE",
                                    place));
    }
  }
}

const Value* LiteralRows::Find(const LiteralOptions& row, size_t column) const {
  if (const auto* list = row.fields.as_list()) {
    return column < list->size() ? &(*list)[column] : nullptr;
  }
  const Field* field = FindField(row.fields, schema_->columns[column].name);
  return field == nullptr ? nullptr : &field->value;
}

void LiteralRows::Check(const LiteralOptions& row, const std::string& where,
                        Diagnostics& diagnostics) const {
  if (row.fields.is_null()) return;  // told as missing
  const Origin& at = row.fields.origin();
  const auto* list = row.fields.as_list();
  const auto* object = row.fields.as_object();
  const size_t columns = schema_->columns.size();
  if (list == nullptr && object == nullptr) {
    diagnostics.Error(at, fmt::format("{}: fields must be a list or an object", where));
    return;
  }
  if (list != nullptr && list->size() != columns) {
    diagnostics.Error(at,
                      fmt::format("{}: {} values for {} columns", where, list->size(), columns));
    return;
  }
  std::vector<std::string> names;
  for (const ColumnInfo& column : schema_->columns) names.push_back(column.name);
  for (size_t i = 0; object != nullptr && i < object->size(); ++i) {
    const std::string& name = (*object)[i].key;
    if (schema_->Find(name)) continue;
    diagnostics.Error((*object)[i].origin, fmt::format("{}: there is no column '{}'{}", where, name,
                                                       DidYouMean(name, names)));
  }
  for (size_t i = 0; i < columns; ++i) {
    const Value* value = Find(row, i);
    const ColumnInfo& column = schema_->columns[i];
    std::string expected;
    if (value == nullptr || value->is_null()) {
      if (!column.nullable) expected = "present";
    } else {
      Column scratch(column.type);
      expected = AppendLiteral(*value, 0, scratch);
    }
    if (expected.empty()) continue;
    diagnostics.Error(value == nullptr ? at : value->origin(),
                      fmt::format("{}: column '{}' must be {}, but is {}", where, column.name,
                                  expected, value == nullptr ? "absent" : value->ToText()));
  }
}

ChunkPtr LiteralRows::Make(uint64_t first, int64_t now_micros, uint64_t& last) const {
  ChunkBuilder builder(schema_);
  for (last = first; last < rows_.size(); ++last) {
    const LiteralOptions& row = rows_[last];
    if (builder.full() && row.kind != RowKind::kUpdateAfter) break;
    for (size_t i = 0; i < schema_->columns.size(); ++i) {
      const Value* value = Find(row, i);
      Column& column = builder.column(i);
      if (value == nullptr) {
        column.AppendNull();
      } else {
        CHECK(AppendLiteral(*value, now_micros, column).empty());
      }
    }
    builder.EndRow(row.kind);
  }
  return builder.Finish(0);
}

}  // namespace sluice::fake
