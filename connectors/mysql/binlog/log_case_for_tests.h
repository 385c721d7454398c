// SPDX-License-Identifier: Apache-2.0
// LogCase: one case of testdata/ - a log of a real server and the rows it must give.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mysql/binlog/event.h"
#include "mysql/binlog/file_reader.h"
#include "mysql/binlog/row_decoder.h"
#include "mysql/types.h"

namespace sluice::mysql {

inline const std::vector<std::string> kLogCases = {"integers", "decimals",  "floats", "texts",
                                                   "binaries", "temporals", "labels", "documents",
                                                   "changes",  "wide",      "full",   "packed"};

inline std::string ReadTestFile(const std::string& name) {
  std::ifstream in(std::string(SLUICE_SOURCE_DIR) + "/connectors/mysql/binlog/testdata/" + name,
                   std::ios::binary);
  EXPECT_TRUE(in.good()) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

struct CaseTable {
  TableFacts facts;
  std::string select;
  std::vector<RowKind> kinds;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

inline std::optional<std::string> CaseValue(const nlohmann::json& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_string()) return value.get<std::string>();
  const auto hex = value.at("hex").get<std::string>();
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

inline ColumnFacts CaseColumn(const nlohmann::json& column) {
  const auto text = [&column](const char* name) {
    return column.at(name).is_null() ? std::optional<std::string>()
                                     : column.at(name).get<std::string>();
  };
  const auto number = [&text](const char* name) {
    const auto digits = text(name);
    return digits ? std::optional<uint64_t>(std::stoull(*digits)) : std::nullopt;
  };
  ColumnFacts facts;
  facts.name = text("column_name").value();
  facts.data_type = text("data_type").value();
  facts.column_type = text("column_type").value();
  facts.charset = text("character_set_name");
  facts.octet_length = number("character_octet_length");
  facts.precision = number("numeric_precision");
  facts.scale = number("numeric_scale");
  facts.datetime_precision = number("datetime_precision");
  facts.nullable = text("is_nullable") == "YES";
  return facts;
}

struct LogCase {
  explicit LogCase(const std::string& name) : log(ReadTestFile(name + ".binlog")) {
    static const std::map<std::string, RowKind> kKinds = {{"+I", RowKind::kInsert},
                                                          {"-U", RowKind::kUpdateBefore},
                                                          {"+U", RowKind::kUpdateAfter},
                                                          {"-D", RowKind::kDelete}};
    const auto json = nlohmann::json::parse(ReadTestFile(name + ".json"));
    for (const auto& from : json.at("tables")) {
      CaseTable& table = tables.emplace_back();
      table.facts.path = {from.at("database"), "", from.at("table")};
      for (const auto& column : from.at("columns")) {
        table.facts.columns.push_back(CaseColumn(column));
      }
      table.facts.primary_key = from.at("primary_key").get<std::vector<std::string>>();
      table.select = from.at("select");
      for (const auto& row : from.at("rows")) {
        table.kinds.push_back(kKinds.at(row.at(0)));
        auto& values = table.rows.emplace_back();
        for (size_t i = 1; i < row.size(); ++i) values.push_back(CaseValue(row[i]));
      }
    }
  }

  std::string log;
  std::vector<CaseTable> tables;
};

// Hands every event of a log to `fn`, those of compressed transactions included; the first error
// ends it.
inline Status EachEvent(std::string_view log, const std::function<Status(const LogEvent&)>& fn) {
  ASSIGN_OR_RETURN(LogFile file, LogFile::Open(log));
  EventParser parser;
  while (true) {
    ASSIGN_OR_RETURN(const auto raw, file.Next());
    if (!raw) return {};
    ASSIGN_OR_RETURN(const LogEvent event, parser.Parse(*raw));
    const auto* payload = std::get_if<TransactionPayload>(&event.body);
    if (payload == nullptr) {
      RETURN_IF_ERROR(fn(event));
      continue;
    }
    ASSIGN_OR_RETURN(PayloadReader inside, PayloadReader::Open(*payload));
    while (true) {
      ASSIGN_OR_RETURN(const auto inner, inside.Next());
      if (!inner) break;
      RETURN_IF_ERROR(fn(*inner));
    }
  }
}

// Decodes every row of a log into one builder a table, by the definitions given.
class LogDecoder {
 public:
  explicit LogDecoder(const std::vector<TableDefRef>& tables) {
    for (const TableDefRef& def : tables) {
      builders_.try_emplace(def->path.table, def->schema);
      defs_.emplace(def->path.table, def);
    }
  }

  Status Run(std::string_view log) {
    return EachEvent(log, [this](const LogEvent& event) { return OnEvent(event); });
  }
  ChunkBuilder& builder(const std::string& table) { return builders_.at(table); }

 private:
  Status OnEvent(const LogEvent& event) {
    if (const auto* view = std::get_if<TableMapView>(&event.body)) {
      const auto def = defs_.find(view->table);
      if (def == defs_.end()) return {Code::kSchemaMismatch, "an unknown table"};
      ASSIGN_OR_RETURN(RowPlan plan, RowPlan::Make(*view, def->second));
      plans_.insert_or_assign(view->table_id, std::move(plan));
    } else if (const auto* rows = std::get_if<RowsEvent>(&event.body)) {
      const auto plan = plans_.find(rows->table_id);
      if (plan == plans_.end()) return {Code::kCorruption, "rows without a table map"};
      ChunkBuilder& out = builders_.at(plan->second.table()->path.table);
      RowsReader reader(*rows, plan->second);
      while (!reader.done()) {
        ASSIGN_OR_RETURN(const uint32_t made, reader.Append(out));
        rows_ += made;
      }
    }
    return {};
  }

  std::map<std::string, ChunkBuilder, std::less<>> builders_;
  std::map<std::string, TableDefRef, std::less<>> defs_;
  std::map<uint64_t, RowPlan> plans_;
  uint64_t rows_ = 0;
};

}  // namespace sluice::mysql
