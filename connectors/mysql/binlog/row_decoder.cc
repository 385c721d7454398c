// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/row_decoder.h"

#include <fmt/format.h>

#include "mysql/binlog/json_diff.h"
#include "mysql/binlog/row_plan.h"

namespace sluice::mysql {
namespace {

bool AllPresent(std::string_view bitmap, uint32_t columns) {
  for (uint32_t i = 0; i < columns; ++i) {
    if (!BitOf(bitmap, i)) return false;
  }
  return true;
}

bool SameValue(const Column& column, uint32_t a, uint32_t b) {
  if (column.is_null(a) || column.is_null(b)) return column.is_null(a) == column.is_null(b);
  const size_t width = FixedWidth(column.type().kind);
  if (width == 0) return column.text(a) == column.text(b);
  return std::string_view(column.data()).substr(a * width, width) ==
         std::string_view(column.data()).substr(b * width, width);
}

}  // namespace

RowPlan::RowPlan() = default;
RowPlan::RowPlan(RowPlan&&) noexcept = default;
RowPlan& RowPlan::operator=(RowPlan&&) noexcept = default;
RowPlan::~RowPlan() = default;

Result<RowPlan> RowPlan::Make(const TableMapView& view, TableDefRef def) {
  ASSIGN_OR_RETURN(const TableMap map, TableMap::Parse(view));
  const std::string table = def->path.ToString();
  if (map.columns.size() != def->columns.size()) {
    return Fail(Code::kSchemaMismatch,
                fmt::format("table {} has {} columns in the catalog and {} in the log: it was "
                            "altered between them",
                            table, def->columns.size(), map.columns.size()));
  }
  RowPlan plan;
  for (size_t i = 0; i < map.columns.size(); ++i) {
    auto column = PlanColumn(map.columns[i], def->columns[i]);
    if (!column) return Fail(column.error().In("table " + table));
    plan.columns_.push_back(*column);
  }
  plan.body_ = view.body;
  plan.def_ = std::move(def);
  return plan;
}

Result<RowPlan> RowPlan::With(TableDefRef def) const {
  // The names in front of the columns have a length each, and a zero behind.
  Cursor names(body_);
  TableMapView view{.body = body_};
  view.database = names.Take(names.U8());
  names.Skip(1);
  view.table = names.Take(names.U8());
  return Make(view, std::move(def));
}

RowsReader::RowsReader(const RowsEvent& event, RowPlan& plan)
    : event_(event), plan_(plan), cursor_(event.rows) {}

Status RowsReader::CheckEvent() const {
  const auto columns = static_cast<uint32_t>(plan_.columns_.size());
  const auto table = [this] { return plan_.def_->path.ToString(); };
  if (event_.column_count != columns) {
    return {Code::kSchemaMismatch,
            fmt::format("table {}: rows of {} columns, but its table map has "
                        "{}",
                        table(), event_.column_count, columns)};
  }
  const bool before =
      event_.kind == RowsKind::kInsert || AllPresent(event_.present_before, columns);
  const bool after = event_.kind == RowsKind::kDelete || AllPresent(event_.present_after, columns);
  if (before && after) return {};
  return {
      Code::kUnsupported,
      fmt::format("table {}: a row came without all its columns: SET PERSIST binlog_row_image = "
                  "'FULL'; and let clients reconnect, or set incomplete-rows = reread",
                  table())};
}

Status RowsReader::Skip() {
  if (!checked_) RETURN_IF_ERROR(CheckEvent());
  checked_ = true;
  SkipImage(false);
  if (event_.kind == RowsKind::kUpdate) SkipImage(true);
  ++row_;
  return cursor_.ok() ? Status() : cursor_.Check("a row of table " + plan_.def_->path.ToString());
}

// Changes have a length in front as whole values have.
void RowsReader::SkipImage(bool after) {
  BeginImage(after);
  const std::string_view nulls = cursor_.Take((plan_.columns_.size() + 7) / 8);
  for (size_t i = 0; i < plan_.columns_.size() && cursor_.ok(); ++i) {
    if (!BitOf(nulls, i)) SkipValue(plan_.columns_[i], cursor_);
  }
}

// In front of the second image of PARTIAL_UPDATE_ROWS: options, and a bit for each JSON column.
void RowsReader::BeginImage(bool after) {
  partial_ = {};
  if (!event_.partial_json || !after) return;
  constexpr uint64_t kPartialJson = 1;
  if ((cursor_.LenEnc() & kPartialJson) == 0) return;
  size_t json = 0;
  for (const ColumnPlan& column : plan_.columns_) json += column.op == ValueOp::kJson ? 1 : 0;
  partial_ = cursor_.Take((json + 7) / 8);
}

Result<uint32_t> RowsReader::Append(ChunkBuilder& out) {
  if (!checked_) RETURN_IF_ERROR(CheckEvent());
  checked_ = true;
  const uint32_t first = out.rows();
  RETURN_IF_ERROR(AppendImage(out, event_.kind == RowsKind::kInsert));
  ++row_;
  if (event_.kind != RowsKind::kUpdate) {
    out.EndRow(event_.kind == RowsKind::kInsert ? RowKind::kInsert : RowKind::kDelete);
    return 1U;
  }
  RETURN_IF_ERROR(AppendImage(out, true));
  const bool moved = KeyChanged(out, first);
  out.EndRow(moved ? RowKind::kDelete : RowKind::kUpdateBefore);
  out.EndRow(moved ? RowKind::kInsert : RowKind::kUpdateAfter);
  return 2U;
}

Status RowsReader::AppendImage(ChunkBuilder& out, bool after) {
  BeginImage(after);
  const std::string_view nulls = cursor_.Take((plan_.columns_.size() + 7) / 8);
  if (!cursor_.ok()) return cursor_.Check("a row of table " + plan_.def_->path.ToString());
  if (event_.partial_json && !after) before_.assign(plan_.columns_.size(), {});
  size_t json = 0;
  for (size_t i = 0; i < plan_.columns_.size(); ++i) {
    Column& column = out.column(i);
    const bool is_json = event_.partial_json && plan_.columns_[i].op == ValueOp::kJson;
    const bool changed = is_json && json / 8 < partial_.size() && BitOf(partial_, json);
    json += is_json ? 1 : 0;
    if (BitOf(nulls, i)) {
      column.AppendNull();
      continue;
    }
    Status status;
    if (changed) {
      status = AppendChanged(i, column);
    } else {
      if (is_json && !after) {
        Cursor value = cursor_;
        before_[i] = value.Take(value.UintLe(plan_.columns_[i].size));
      }
      status = AppendLogValue(plan_.columns_[i], cursor_, column);
    }
    if (!status.ok()) return ColumnError(i, status);
  }
  return cursor_.ok() ? Status() : cursor_.Check("a row of table " + plan_.def_->path.ToString());
}

Status RowsReader::AppendChanged(size_t column, Column& out) {
  const std::string_view diffs = cursor_.Take(cursor_.UintLe(plan_.columns_[column].size));
  std::string text;
  RETURN_IF_ERROR(AppendChangedJson(before_[column], diffs, text));
  out.AppendText(text);
  return {};
}

// The images of rows `first` and `first` + 1.
bool RowsReader::KeyChanged(ChunkBuilder& out, uint32_t first) const {
  for (const uint32_t index : plan_.def_->schema->primary_key) {
    if (!SameValue(out.column(index), first, first + 1)) return true;
  }
  return false;
}

Status RowsReader::ColumnError(size_t column, const Status& status) const {
  // What is cut short may look like anything else before.
  if (!cursor_.ok()) return cursor_.Check("a row of table " + plan_.def_->path.ToString());
  return status.In(fmt::format("table {}, column {}", plan_.def_->path.ToString(),
                               plan_.def_->columns[column].info.name));
}

}  // namespace sluice::mysql
