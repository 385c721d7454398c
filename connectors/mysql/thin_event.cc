// SPDX-License-Identifier: Apache-2.0
#include "mysql/thin_event.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::mysql {
namespace {

Status NotRereadable(const TablePath& path, std::string_view why) {
  return {
      Code::kUnsupported,
      fmt::format("table {}: rows that lack columns in the log cannot be looked up, for {}: SET "
                  "PERSIST binlog_row_image = 'FULL'; and let clients reconnect, or take the "
                  "table out of the job",
                  path.ToString(), why)};
}

bool SameValue(const Column& column, uint32_t a, uint32_t b) {
  KeyBound first;
  KeyBound second;
  AppendRowKey(column, a, first);
  AppendRowKey(column, b, second);
  return first == second;
}

}  // namespace

Status CheckRereadable(const TableDef& def, const TableKey& key) {
  // A key that only the server knows would not replace rows in the target.
  if (def.schema->primary_key.empty()) return NotRereadable(def.path, "it has no primary key");
  if (key.cut) return {};
  return NotRereadable(def.path,
                       "its key has a column whose values do not tell a row in a statement (of "
                       "FLOAT, DOUBLE, BIT, ENUM, SET, TEXT or BLOB)");
}

ThinEvent::ThinEvent(const RowsEvent& event, CapturedTable& table)
    : event_(event), table_(table), reader_(event, table.plan()) {}

Status ThinEvent::Skip() {
  ++row_;
  return reader_.Skip();
}

Status ThinEvent::CheckKeys() const {
  RETURN_IF_ERROR(CheckRereadable(*table_.def(), table_.key()));
  if (reader_.Has(table_.key().columns)) return {};
  return NotRereadable(table_.path(),
                       "a value of its key is not in the log either: the key is another one than "
                       "the server's, or an inserted row took it from a DEFAULT");
}

Status ThinEvent::Decode(const At& at) {
  RETURN_IF_ERROR(CheckKeys());
  ASSIGN_OR_RETURN(RowPlan* const plan, table_.exact_plan());
  if (!exact_) {
    exact_.emplace(event_, *plan);
    while (exact_->row() < reader_.row()) RETURN_IF_ERROR(exact_->Skip());
  }
  ChunkBuilder images(table_.def()->schema);
  ChunkBuilder keys(plan->table()->schema);
  while (!reader_.done() && rows_.size() < kLookupKeysMax && !images.full()) {
    RETURN_IF_ERROR(DecodeRow(*exact_, at, images, keys));
  }
  images_ = images.Finish(0);
  keys_ = keys.Finish(0);
  return {};
}

Status ThinEvent::DecodeRow(ThinRowsReader& exact, const At& at, ChunkBuilder& images,
                            ChunkBuilder& keys) {
  Row row{.image = images.rows(), .key = std::nullopt};
  ASSIGN_OR_RETURN(const bool whole, reader_.Append(images));
  const auto same = exact.Append(keys);
  if (!same) return same.error();
  const uint32_t now = images.rows() - 1;  // the row afterwards
  const auto column = [&](uint32_t i) -> const Column& { return images.column(i); };
  const bool needed = event_.kind != RowsKind::kDelete && !whole &&
                      !table_.Brought(RowKey(table_.key(), column, now), at.begin);
  if (needed) {
    for (const uint32_t index : table_.key().columns) {
      if (!keys.column(index).is_null(now)) continue;
      return NotRereadable(table_.path(), "its key holds a date that is none of the calendar");
    }
    const auto exactly = [&](uint32_t i) -> const Column& { return keys.column(i); };
    row.key = RowKey(table_.key(), exactly, now);
  }
  rows_.push_back(std::move(row));
  return {};
}

RowQuestion ThinEvent::Question(ChunkBuilder& keys) const {
  RowQuestion question;
  question.def = table_.def();
  question.exact = table_.exact();
  question.key = table_.key();
  for (const Row& row : rows_) {
    if (!row.key) continue;
    question.rows.push_back(keys.rows());
    keys.CopyRow(*keys_, KeyRow(row.image));
  }
  return question;
}

void ThinEvent::AppendRow(const At& at) {
  const Row row = std::move(rows_.front());
  rows_.pop_front();
  ++row_;
  if (row.key) return AppendFound(row, at);
  if (event_.kind != RowsKind::kUpdate) {
    return table_.AppendImage(*images_, row.image, images_->kind(row.image), at.begin, at.micros);
  }
  const bool moved = Moved(row.image);
  table_.AppendImage(*images_, row.image, moved ? RowKind::kDelete : RowKind::kUpdateBefore,
                     at.begin, at.micros);
  table_.AppendImage(*images_, row.image + 1, moved ? RowKind::kInsert : RowKind::kUpdateAfter,
                     at.begin, at.micros);
}

void ThinEvent::AppendFound(const Row& row, const At& at) {
  const std::optional<uint32_t> found = answer_->found.at(*row.key);
  const auto append = [&](RowKind kind) {
    if (found) table_.AppendImage(*answer_->rows, *found, kind, at.begin, at.micros);
  };
  const bool moved = event_.kind == RowsKind::kUpdate && Moved(row.image);
  if (moved) {
    table_.AppendImage(*images_, row.image, RowKind::kDelete, at.begin, at.micros);
  }
  if (moved || event_.kind == RowsKind::kInsert) return append(RowKind::kInsert);
  // What the row was before is nowhere any more.
  append(RowKind::kUpdateBefore);
  append(RowKind::kUpdateAfter);
}

// Whether the two images from `image` on are of different keys.
bool ThinEvent::Moved(uint32_t image) const {
  return std::ranges::any_of(table_.def()->schema->primary_key, [&](uint32_t i) {
    return !SameValue(images_->column(i), image, image + 1);
  });
}

}  // namespace sluice::mysql
