// SPDX-License-Identifier: Apache-2.0
#include "mysql/look_ahead.h"

#include <algorithm>

#include "mysql/binlog/thin_rows.h"
#include "mysql/log_scan.h"

namespace sluice::mysql {
namespace {

constexpr size_t kEventsMax = 4000;  // read for one question

}  // namespace

LookAhead::LookAhead(const EventParser& parser, const LogCursor& cursor, CapturedTable& table,
                     uint64_t table_id, ChunkBuilder& keys, RowQuestion& question)
    : parser_(parser),
      cursor_(cursor),
      table_(table),
      ids_{table_id},
      keys_(keys),
      question_(question),
      transaction_(question.parts.front().transaction),
      begins_(question.parts.front().begins) {}

void LookAhead::Run(const LogBatch& batch, size_t from) {
  const size_t end = std::min(batch.ends.size(), from + kEventsMax);
  for (size_t i = from; i < end && !enough(); ++i) {
    const size_t begin = i == 0 ? 0 : batch.ends[i - 1];
    const auto event =
        parser_.Parse(std::string_view(batch.bytes).substr(begin, batch.ends[i] - begin));
    if (!event) return;
    cursor_.OnEvent(*event);
    if (!Take(*event, i)) return;
  }
}

bool LookAhead::Take(const LogEvent& event, size_t index) {
  if (const auto* gtid = std::get_if<Gtid>(&event.body)) {
    transaction_ = IdOf(*gtid, event.header);
    begins_ = cursor_.begin();
    return true;
  }
  if (const auto* map = std::get_if<TableMapView>(&event.body)) {
    const bool ours = map->database == table_.path().database && map->table == table_.path().table;
    ids_.erase(map->table_id);
    if (ours) ids_.insert(map->table_id);
    return !ours || table_.plan().Fits(*map);
  }
  if (const auto* rows = std::get_if<RowsEvent>(&event.body)) return TakeRows(*rows, index);
  if (const auto* payload = std::get_if<TransactionPayload>(&event.body)) {
    return TakePayload(*payload, index);
  }
  if (const auto* query = std::get_if<Query>(&event.body)) {
    const std::string begins = Beginning(query->sql);
    return begins == "BEGIN" || begins == "COMMIT";  // others may be of the table
  }
  return std::holds_alternative<Xid>(event.body) || std::holds_alternative<RowsQuery>(event.body) ||
         std::holds_alternative<Heartbeat>(event.body) ||
         std::holds_alternative<IgnoredEvent>(event.body);
}

bool LookAhead::TakePayload(const TransactionPayload& payload, size_t index) {
  auto reader = PayloadReader::Open(payload);
  while (reader) {
    const auto inner = reader->Next();
    if (!inner) return false;
    if (!*inner) return true;
    if (enough() || !Take(**inner, index)) return false;
  }
  return false;
}

bool LookAhead::TakeRows(const RowsEvent& event, size_t index) {
  if (!ids_.contains(event.table_id) || event.kind == RowsKind::kDelete) return true;
  if (!LacksColumns(event)) return true;
  const auto plan = table_.exact_plan();
  if (!plan) return false;
  ThinRowsReader reader(event, **plan);
  if (!reader.Has(table_.key().columns)) return false;
  while (!reader.done() && !enough()) {
    const auto whole = reader.Append(keys_);
    if (!whole) return false;
    if (!*whole) Want(keys_.rows() - 1, index);
  }
  return true;
}

void LookAhead::Want(uint32_t row, size_t index) {
  for (const uint32_t column : table_.key().columns) {
    if (keys_.column(column).is_null(row)) return;
  }
  const RowQuestion::Part& last = question_.parts.back();
  if (last.transaction != transaction_ || last.begins != begins_) {
    question_.parts.push_back({transaction_, begins_, 0, index});
  }
  question_.rows.push_back(row);
  question_.parts.back().rows = question_.rows.size();
  question_.parts.back().event = index;
}

}  // namespace sluice::mysql
