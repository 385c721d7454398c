// SPDX-License-Identifier: Apache-2.0
#include "sim/rows.h"

#include <charconv>

#include "base/check.h"

namespace sluice::sim {

SchemaRef SchemaOf(uint32_t table, uint32_t version) {
  auto schema = std::make_shared<Schema>();
  schema->path = {"shop", "", TableName(table)};
  schema->columns = {{"id", Of(TypeKind::kBigInt), false},
                     {"split", Of(TypeKind::kInt), false},
                     {"seq", Of(TypeKind::kBigInt), false}};
  if (version > 0) schema->columns.push_back({VersionColumn(version), Of(TypeKind::kBigInt)});
  schema->primary_key = {0};
  schema->version = version + 1;
  return schema;
}

uint32_t TableNumber(std::string_view name) {
  const size_t at = name.rfind('_');
  CHECK(at != std::string_view::npos);
  uint32_t number = 0;
  const auto parsed = std::from_chars(name.data() + at + 1, name.data() + name.size(), number);
  CHECK(parsed.ec == std::errc());
  return number;
}

uint32_t TableNumber(const Schema& schema) {
  return TableNumber(schema.path.table);
}

}  // namespace sluice::sim
