// SPDX-License-Identifier: Apache-2.0
#include "bench/log_memory.h"

#include "mysql/binlog/file_reader.h"
#include "mysql/captured_table.h"

namespace sluice::bench {
namespace {

Status DecodeRows(const mysql::RowsEvent& event, mysql::CapturedTable& table, uint64_t& rows,
                  const std::function<void(const ChunkPtr&)>& each) {
  const mysql::LogPoint at;
  mysql::RowsReader reader(event, table.plan());
  while (!reader.done()) {
    RETURN_IF_ERROR(table.AppendRow(reader, at, 1));
    if (table.full()) each(table.Finish(1));
  }
  rows += reader.row();
  return {};
}

}  // namespace

Result<uint64_t> DecodeLog(std::string_view log, const mysql::TableFacts& facts,
                           const std::function<void(const ChunkPtr&)>& each) {
  ASSIGN_OR_RETURN(const mysql::TableDefRef def, mysql::MakeTable(facts, {}));
  ASSIGN_OR_RETURN(auto table,
                   mysql::CapturedTable::Make(facts, mysql::TableOutput::Of(def->schema), {}, {}));
  ASSIGN_OR_RETURN(mysql::LogFile file, mysql::LogFile::Open(log));
  mysql::EventParser parser;
  uint64_t rows = 0;
  while (true) {
    ASSIGN_OR_RETURN(const auto raw, file.Next());
    if (!raw) break;
    const auto event = parser.Parse(*raw);
    if (!event) return Fail(event.error());
    if (const auto* map = std::get_if<mysql::TableMapView>(&event->body)) {
      if (map->table == facts.path.table) RETURN_IF_ERROR(table.Map(*map));
    } else if (const auto* changed = std::get_if<mysql::RowsEvent>(&event->body)) {
      RETURN_IF_ERROR(DecodeRows(*changed, table, rows, each));
    }
  }
  if (const ChunkPtr rest = table.Finish(1)) each(rest);
  return rows;
}

}  // namespace sluice::bench
