// SPDX-License-Identifier: Apache-2.0
// Whatever a statement says: comments around it change nothing, what it does to a table is a whole
// definition or is refused, and status variables are read to their end or left.
#include "base/check.h"
#include "mysql/ddl/apply.h"

namespace {

using namespace sluice::mysql;

TableFacts Table() {
  TableFacts facts;
  facts.path = {"shop", "", "t"};
  facts.charset = "utf8mb4";
  facts.columns = {{.name = "a", .data_type = "int", .column_type = "int", .nullable = false},
                   {.name = "b",
                    .data_type = "text",
                    .column_type = "text",
                    .charset = "latin1",
                    .octet_length = 65535}};
  facts.primary_key = {"a"};
  facts.indexes = {{"b", false, {"b"}}};
  return facts;
}

void CheckWhole(const sluice::Result<Definition>& definition) {
  if (!definition) return;
  CHECK(definition->before.size() == definition->facts.columns.size());
  CHECK(definition->initial.size() == definition->facts.columns.size());
  static_cast<void>(MakeTable(definition->facts, {}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string sql(reinterpret_cast<const char*>(data), size);
  StatementSession session = SessionOf(sql, {});
  session.explicit_timestamps = true;
  for (const bool mariadb : {false, true}) {
    session.dialect.mariadb = mariadb;
    const Statement statement = ParseStatement(sql, "shop", session.dialect);
    const Statement again =
        ParseStatement(" /* by a tool */ # and\n" + sql, "shop", session.dialect);
    CHECK(statement.index() == again.index());
    if (const auto* alter = std::get_if<AlterTable>(&statement)) {
      CheckWhole(ApplyAlter(Table(), *alter, session));
    } else if (const auto* create = std::get_if<CreateTable>(&statement)) {
      CheckWhole(ApplyCreate(*create, nullptr, session));
    }
    const RowStatement rows = RowStatementOf(sql, "shop", session.dialect);
    const RowStatement wrapped =
        RowStatementOf("-- a tool\nSET STATEMENT a=1 FOR " + sql, "shop", session.dialect);
    CHECK(rows.verb.empty() == wrapped.verb.empty());
    CHECK(!rows.table || (!rows.verb.empty() && !rows.table->database.empty()));
  }
  return 0;
}
