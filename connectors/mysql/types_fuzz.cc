// SPDX-License-Identifier: Apache-2.0
// Whatever type and value a server names: a column is made or refused, and a value that is refused
// leaves its column as it was. The input is a column type, a line break and the value.
#include "base/check.h"
#include "data/chunk.h"
#include "mysql/types.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  using namespace sluice::mysql;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t line = input.find('\n');
  if (line == std::string_view::npos) return 0;
  ColumnFacts facts;
  facts.name = "c";
  facts.column_type = input.substr(0, line);
  facts.data_type = facts.column_type.substr(0, facts.column_type.find_first_of("( "));
  facts.datetime_precision = size % 7;
  facts.precision = 1 + size % 65;
  facts.scale = std::min<uint64_t>(size % 31, *facts.precision);
  const auto def = MakeColumn(facts, {});
  if (!def) return 0;
  Column column(def->info.type);
  const std::string_view value = input.substr(line + 1);
  const bool fits = AppendText(*def, value, column).ok();
  CHECK(column.rows() == (fits ? 1 : 0));
  if (fits && !column.is_null(0)) static_cast<void>(ValueText(column, 0));
  return 0;
}
