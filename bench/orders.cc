// SPDX-License-Identifier: Apache-2.0
#include "bench/orders.h"

namespace sluice::bench {
namespace {

mysql::ColumnFacts Of(std::string name, std::string data_type, std::string column_type) {
  mysql::ColumnFacts facts;
  facts.name = std::move(name);
  facts.data_type = std::move(data_type);
  facts.column_type = std::move(column_type);
  facts.nullable = false;
  return facts;
}

mysql::ColumnFacts Number(std::string name, std::string type, uint64_t precision, uint64_t scale) {
  mysql::ColumnFacts facts = Of(std::move(name), type.substr(0, type.find_first_of("( ")), type);
  facts.precision = precision;
  facts.scale = scale;
  return facts;
}

mysql::ColumnFacts Text(std::string name, uint64_t characters, bool nullable) {
  mysql::ColumnFacts facts =
      Of(std::move(name), "varchar", "varchar(" + std::to_string(characters) + ")");
  facts.charset = "utf8mb4";
  facts.octet_length = characters * 4;
  facts.nullable = nullable;
  return facts;
}

mysql::ColumnFacts Time(std::string name, const std::string& type, uint64_t digits) {
  mysql::ColumnFacts facts = Of(std::move(name), type, type + "(" + std::to_string(digits) + ")");
  facts.datetime_precision = digits;
  return facts;
}

}  // namespace

mysql::TableFacts OrdersFacts() {
  mysql::TableFacts facts;
  facts.path = {"bench", "", "orders"};
  facts.columns = {Number("id", "bigint", 19, 0),
                   Number("customer", "int unsigned", 10, 0),
                   Number("quantity", "smallint", 5, 0),
                   Number("amount", "decimal(12,2)", 12, 2),
                   Of("weight", "double", "double"),
                   Text("state", 12, false),
                   Text("email", 60, false),
                   Text("note", 120, true),
                   Time("placed", "datetime", 6),
                   Time("changed", "timestamp", 3)};
  facts.primary_key = {"id"};
  return facts;
}

}  // namespace sluice::bench
