// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/thin_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/binlog/row_plan.h"

namespace sluice::mysql {
namespace {

bool AllPresent(std::string_view bitmap, uint32_t columns) {
  for (uint32_t i = 0; i < columns; ++i) {
    if (!BitOf(bitmap, i)) return false;
  }
  return true;
}

size_t CountPresent(std::string_view bitmap, size_t columns) {
  size_t count = 0;
  for (size_t i = 0; i < columns; ++i) count += BitOf(bitmap, i) ? 1 : 0;
  return count;
}

}  // namespace

bool LacksColumns(const RowsEvent& event) {
  const bool before =
      event.kind == RowsKind::kInsert || AllPresent(event.present_before, event.column_count);
  const bool after =
      event.kind == RowsKind::kDelete || AllPresent(event.present_after, event.column_count);
  return !before || !after;
}

void AppendNeutral(const ColumnDef& column, Column& out) {
  if (column.info.nullable) return out.AppendNull();
  if (column.type == MysqlType::kJson) return out.AppendText("null");  // an empty text is no JSON
  switch (FixedWidth(column.info.type.kind)) {
    case 0:
      return out.AppendText("");
    case 1:
      return out.Append<uint8_t>(0);
    case 2:
      return out.Append<uint16_t>(0);
    case 4:
      return out.Append<uint32_t>(0);
    case 8:
      return out.Append<uint64_t>(0);
    default:
      return out.Append<Int128>(0);
  }
}

ThinRowsReader::ThinRowsReader(const RowsEvent& event, const RowPlan& plan)
    : event_(event),
      plan_(plan),
      cursor_(event.rows),
      before_(plan.columns_.size()),
      after_(plan.columns_.size()) {}

bool ThinRowsReader::Has(std::span<const uint32_t> columns) const {
  const std::string_view present =
      event_.kind == RowsKind::kInsert ? event_.present_after : event_.present_before;
  return std::ranges::all_of(
      columns, [&](uint32_t i) { return i < event_.column_count && BitOf(present, i); });
}

Status ThinRowsReader::Skip() {
  return ReadRow();
}

Result<bool> ThinRowsReader::Append(ChunkBuilder& out) {
  RETURN_IF_ERROR(ReadRow());
  if (event_.kind != RowsKind::kUpdate) {
    const bool insert = event_.kind == RowsKind::kInsert;
    const Image& image = insert ? after_ : before_;
    ASSIGN_OR_RETURN(const bool whole, AppendRow(image, image, out));
    out.EndRow(insert ? RowKind::kInsert : RowKind::kDelete);
    return whole;
  }
  const auto before = AppendRow(before_, after_, out);
  if (!before) return Fail(before.error());
  out.EndRow(RowKind::kUpdateBefore);
  ASSIGN_OR_RETURN(const bool whole, AppendRow(after_, before_, out));
  out.EndRow(RowKind::kUpdateAfter);
  return whole && !changes_;
}

Status ThinRowsReader::ReadRow() {
  if (event_.column_count != plan_.columns_.size()) {
    return {Code::kSchemaMismatch,
            fmt::format("table {}: rows of {} columns, but its table map has {}",
                        plan_.def_->path.ToString(), event_.column_count, plan_.columns_.size())};
  }
  changes_ = false;
  if (event_.kind != RowsKind::kInsert) RETURN_IF_ERROR(ReadImage(false, before_));
  if (event_.kind != RowsKind::kDelete) RETURN_IF_ERROR(ReadImage(true, after_));
  ++row_;
  return {};
}

// Which JSON columns hold changes, a bit for each of the table, whether the image has it or not.
std::string_view ThinRowsReader::BeginImage(bool after) {
  constexpr uint64_t kPartialJson = 1;
  if (!event_.partial_json || !after) return {};
  if ((cursor_.LenEnc() & kPartialJson) == 0) return {};
  const auto json = std::ranges::count(plan_.columns_, ValueOp::kJson, &ColumnPlan::op);
  return cursor_.Take((static_cast<size_t>(json) + 7) / 8);
}

Status ThinRowsReader::ReadImage(bool after, Image& image) {
  const std::string_view partial = BeginImage(after);
  const std::string_view present = after ? event_.present_after : event_.present_before;
  const size_t columns = plan_.columns_.size();
  // Only columns that are there have a bit.
  const std::string_view nulls = cursor_.Take((CountPresent(present, columns) + 7) / 8);
  size_t bit = 0;
  size_t json = 0;
  for (size_t i = 0; i < columns && cursor_.ok(); ++i) {
    const ColumnPlan& column = plan_.columns_[i];
    const size_t partial_bit = column.op == ValueOp::kJson ? json++ : SIZE_MAX;
    const bool changed = partial_bit / 8 < partial.size() && BitOf(partial, partial_bit);
    image[i].kind = Place::Kind::kAbsent;
    if (!BitOf(present, i)) continue;
    image[i].kind = BitOf(nulls, bit++) ? Place::Kind::kNull : Place::Kind::kValue;
    if (image[i].kind == Place::Kind::kNull) continue;
    image[i].value = cursor_;
    SkipValue(column, cursor_);
    // What they change is rarely in the log; a length is in front of them as of a value.
    if (changed) image[i].kind = Place::Kind::kAbsent;
    changes_ = changes_ || changed;
  }
  return cursor_.ok() ? Status() : Damaged();
}

Result<bool> ThinRowsReader::AppendRow(const Image& first, const Image& second,
                                       ChunkBuilder& out) const {
  bool whole = true;
  for (size_t i = 0; i < first.size(); ++i) {
    const Place& place = first[i].kind == Place::Kind::kAbsent ? second[i] : first[i];
    const ColumnPlan& plan = plan_.columns_[i];
    if (place.kind == Place::Kind::kNull) {
      out.column(i).AppendNull();
    } else if (place.kind == Place::Kind::kAbsent) {
      whole = false;
      AppendNeutral(*plan.def, out.column(i));
    } else {
      Cursor value = place.value;
      const Status status = AppendLogValue(plan, value, out.column(i));
      if (!value.ok()) return Fail(Damaged());
      if (!status.ok()) {
        return Fail(status.In(
            fmt::format("table {}, column {}", plan_.def_->path.ToString(), plan.def->info.name)));
      }
    }
  }
  return whole;
}

Status ThinRowsReader::Damaged() const {
  return {Code::kCorruption,
          fmt::format("a row of table {} is cut short or damaged", plan_.def_->path.ToString())};
}

}  // namespace sluice::mysql
