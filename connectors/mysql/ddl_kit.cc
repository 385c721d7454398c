// SPDX-License-Identifier: Apache-2.0
// Definitions that follow statements are those of the server: a real one (SLUICE_KIT_MYSQL, see
// source_kit.cc) runs made-up statements, and after each what ApplyAlter makes of the definition
// before it must be what information_schema shows. SLUICE_KIT_SEED repeats a run.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "kit/faulty_clients.h"
#include "mysql/catalog.h"
#include "mysql/ddl/apply.h"

namespace sluice::mysql {
namespace {

constexpr int kStatements = 600;
const char* const kTypes[] = {"INT",
                              "INTEGER UNSIGNED",
                              "BIGINT(20)",
                              "INT(5) ZEROFILL",
                              "TINYINT(1)",
                              "TINYINT(4)",
                              "BOOL",
                              "TINYINT(1) UNSIGNED",
                              "SMALLINT ZEROFILL",
                              "MEDIUMINT UNSIGNED",
                              "INT8 UNSIGNED ZEROFILL",
                              "DECIMAL",
                              "DEC(12)",
                              "NUMERIC(20,4) UNSIGNED",
                              "FIXED(65,30)",
                              "FLOAT",
                              "FLOAT(30)",
                              "FLOAT(7,3)",
                              "FLOAT(10) UNSIGNED",
                              "DOUBLE PRECISION",
                              "REAL",
                              "DOUBLE(12,2) ZEROFILL",
                              "BIT",
                              "BIT(11)",
                              "YEAR",
                              "YEAR(4)",
                              "DATE",
                              "TIME",
                              "TIME(3)",
                              "DATETIME",
                              "DATETIME(6)",
                              "TIMESTAMP",
                              "TIMESTAMP(2) NULL",
                              "CHAR",
                              "CHAR(20)",
                              "CHARACTER(7) CHARACTER SET latin1",
                              "CHAR(3) COLLATE ascii_bin",
                              "CHAR(9) BINARY",
                              "CHAR(9) ASCII",
                              "CHAR(5) BYTE",
                              "NCHAR(8)",
                              "NATIONAL VARCHAR(8)",
                              "NATIONAL CHARACTER VARYING(9)",
                              "VARCHAR(20)",
                              "VARCHAR(20) CHARSET utf8",
                              "VARCHAR(200) CHARACTER SET gbk COLLATE gbk_bin",
                              "CHARACTER VARYING(31)",
                              "VARCHAR(10) CHARACTER SET binary",
                              "LONG",
                              "LONG VARBINARY",
                              "TEXT",
                              "TEXT(80)",
                              "TEXT(70000)",
                              "TINYTEXT",
                              "MEDIUMTEXT CHARACTER SET utf8mb3",
                              "LONGTEXT",
                              "TEXT CHARACTER SET binary",
                              "BLOB",
                              "BLOB(10)",
                              "BLOB(100000)",
                              "LONGBLOB",
                              "BINARY(16)",
                              "VARBINARY(99)",
                              "BINARY",
                              "ENUM('a','it''s','b  ')",
                              "ENUM('x\\\\y',\"d\\\"q\",'u') CHARSET latin1",
                              "SET('r','g','bb')",
                              "SET('one') COLLATE utf8mb4_bin",
                              "JSON",
                              "GEOMETRY",
                              "POINT",
                              "MULTIPOLYGON",
                              "GEOMETRYCOLLECTION",
                              "LINESTRING SRID 0"};
const char* const kCharsets[] = {"utf8mb4", "latin1", "utf8mb3", "ascii", "gbk"};

class Statements {
 public:
  explicit Statements(uint64_t seed) : random_(seed) {}

  std::string Next(const TableFacts& table) {
    table_ = &table;
    if (Chance(12)) return IndexStatement();
    std::string sql = fmt::format("ALTER TABLE {}", Chance(3) ? "`kit` . `ddl`" : "kit.ddl");
    if (Chance(4)) sql += " /* by a tool */";
    for (int i = 0, n = 1 + Pick(3); i < n; ++i) sql += (i == 0 ? " " : ", ") + Clause();
    if (Chance(5)) sql += ", ALGORITHM=COPY /*!50700 , LOCK = SHARED */";
    return sql;
  }

 private:
  int Pick(size_t below) {
    return static_cast<int>(std::uniform_int_distribution<size_t>(0, below - 1)(random_));
  }
  bool Chance(size_t of) { return Pick(of) == 0; }
  template <typename T, size_t N>
  T Any(T const (&list)[N]) {
    return list[static_cast<size_t>(Pick(N))];
  }
  std::string Old() {
    const auto& columns = table_->columns;
    const std::string& name = columns[static_cast<size_t>(Pick(columns.size()))].name;
    return Chance(2) ? QuoteName(name) : name;
  }
  std::string New() { return fmt::format("c{}", ++made_); }
  std::string Place() {
    if (!Chance(3)) return "";
    return Chance(3) ? " FIRST" : " AFTER " + Old();
  }
  std::string Column(const std::string& name) {
    std::string sql = fmt::format("{} {}", name, Any(kTypes));
    const auto add = [&](size_t of, const char* text) {
      if (Chance(of)) sql += text;
    };
    add(5, " NOT NULL");
    add(9, " NULL");
    add(9, " COMMENT 'it''s, a -- comment'");
    add(20, " COMMENT \"two\" ' parts\\n'");
    add(15, " DEFAULT NULL");
    add(20, " INVISIBLE");
    add(25, " UNIQUE");
    add(30, " CHECK (1 = 1) NOT ENFORCED");
    add(25, " /* x, y */");
    return sql;
  }
  std::string Key() {
    const std::string kind = Any<const char*>(
        {"INDEX", "UNIQUE", "UNIQUE KEY", "KEY", "CONSTRAINT UNIQUE", "UNIQUE INDEX"});
    const std::string name = Chance(2) ? fmt::format(" k{}", ++made_) : "";
    std::string columns = Old();
    if (Chance(3)) columns += "(3)";
    if (Chance(3)) columns += ", " + Old() + (Chance(2) ? " DESC" : "");
    return fmt::format("ADD {}{} ({})", kind, name, columns);
  }
  std::string OldKey() {
    if (table_->indexes.empty()) return "none";
    return table_->indexes[static_cast<size_t>(Pick(table_->indexes.size()))].name;
  }
  std::string IndexStatement() {
    if (Chance(2)) return fmt::format("DROP INDEX {} ON kit.ddl", QuoteName(OldKey()));
    return fmt::format("CREATE {}INDEX k{} USING BTREE ON kit.ddl ({})", Chance(2) ? "UNIQUE " : "",
                       ++made_, Old());
  }
  std::string Clause() {
    switch (Pick(17)) {
      case 0:
      case 1:
      case 2:
        return fmt::format("ADD {}{}{}", Chance(2) ? "COLUMN " : "", Column(New()), Place());
      case 3:
        return fmt::format("ADD ({}, {})", Column(New()), Column(New()));
      case 4:
      case 5:
        return fmt::format("DROP {}{}", Chance(2) ? "COLUMN " : "", Old());
      case 6:
      case 7: {
        const std::string name = Old();
        return fmt::format("MODIFY {}{}", Column(name), Place());
      }
      case 8:
        return fmt::format("CHANGE COLUMN {} {}{}", Old(), Column(New()), Place());
      case 9:
        return fmt::format("RENAME COLUMN {} TO {}", Old(), New());
      case 10:
        return fmt::format("CONVERT TO CHARACTER SET {}", Any(kCharsets));
      case 11:
        return fmt::format("DEFAULT CHARSET = {} COMMENT='new, {}'", Any(kCharsets), ++made_);
      case 12:
        return Key();
      case 13:
        return fmt::format("DROP INDEX {}", QuoteName(OldKey()));
      case 14:
        return Chance(2) ? "DROP PRIMARY KEY" : fmt::format("ADD PRIMARY KEY ({})", Old());
      case 15:
        return fmt::format("ADD COLUMN {} INT GENERATED ALWAYS AS (1 + (2)) {}", New(),
                           Chance(2) ? "STORED" : "VIRTUAL NOT NULL");
      default:
        return Any<const char*>({"FORCE", "ENGINE = InnoDB ROW_FORMAT=DYNAMIC", "AUTO_INCREMENT 7",
                                 "COLLATE utf8mb4_bin", "ALTER COLUMN id SET INVISIBLE"});
    }
  }

  std::mt19937_64 random_;
  const TableFacts* table_ = nullptr;
  int made_ = 0;
};

std::string Text(const TableFacts& facts) {
  std::string out = fmt::format("{} '{}'\n", facts.charset, facts.comment);
  const auto number = [](const std::optional<uint64_t>& value) {
    return value ? fmt::format("{}", *value) : "-";
  };
  for (const ColumnFacts& column : facts.columns) {
    out += fmt::format(
        "{} {} | {} | {} octets {} precision {} scale {} fraction {} {} '{}'\n", column.name,
        column.data_type, column.column_type, column.charset.value_or("-"),
        number(column.octet_length), number(column.precision), number(column.scale),
        number(column.datetime_precision), column.nullable ? "null" : "not null", column.comment);
  }
  for (const std::string& name : facts.primary_key) out += "primary " + name + "\n";
  for (const IndexFacts& index : facts.indexes) {
    out += fmt::format("{} {}:", index.unique ? "unique" : "index", index.name);
    for (const std::string& name : index.columns) out += " " + name;
    out += "\n";
  }
  return out;
}

class MysqlDdl : public testing::Test {
 protected:
  void SetUp() override {
    const char* address = std::getenv("SLUICE_KIT_MYSQL");
    if (address == nullptr) GTEST_SKIP() << "SLUICE_KIT_MYSQL names no server";
    const std::string text = address;
    const size_t colon = text.find(':');
    SqlEndpoint endpoint{.host = text.substr(0, colon), .user = "root"};
    endpoint.port = static_cast<uint16_t>(std::stoi(text.substr(colon + 1)));
    auto session = kit::RealSql().Open(endpoint);
    ASSERT_TRUE(session.has_value()) << session.error().ToString();
    session_ = std::move(*session);
    for (const char* sql : {"CREATE DATABASE IF NOT EXISTS kit CHARACTER SET utf8mb4",
                            "DROP TABLE IF EXISTS kit.ddl"}) {
      ASSERT_TRUE(session_->Execute(sql).ok());
    }
    settings_.explicit_timestamps = true;
  }
  TableFacts Loaded() {
    auto facts = LoadTable(*session_, {"kit", "", "ddl"});
    EXPECT_TRUE(facts.has_value());
    return facts ? *facts : TableFacts();
  }

  std::unique_ptr<SqlSession> session_;
  StatementSession settings_;
};

TEST_F(MysqlDdl, DefinitionsFollowStatementsAsTheServerDoes) {
  const char* given = std::getenv("SLUICE_KIT_SEED");
  const uint64_t seed = given != nullptr ? std::stoull(given) : Env::Default().Random();
  SCOPED_TRACE(fmt::format("SLUICE_KIT_SEED={}", seed));
  fmt::print("SLUICE_KIT_SEED={}\n", seed);
  Statements statements(seed);
  ASSERT_TRUE(
      session_->Execute("CREATE TABLE kit.ddl (id INT PRIMARY KEY, name VARCHAR(20))").ok());
  TableFacts facts = Loaded();
  int followed = 0;
  for (int i = 0; i < kStatements; ++i) {
    const std::string sql = statements.Next(facts);
    if (!session_->Execute(sql).ok()) continue;  // such a statement is not in the log
    ++followed;
    const Statement parsed = ParseStatement(sql, "kit", settings_.dialect);
    ASSERT_TRUE(std::holds_alternative<AlterTable>(parsed)) << sql;
    const auto applied = ApplyAlter(facts, std::get<AlterTable>(parsed), settings_);
    const TableFacts now = Loaded();
    if (!applied) {
      EXPECT_THAT(applied.error().ToString(), testing::HasSubstr("servers ")) << sql;
      facts = now;
      continue;
    }
    ASSERT_EQ(Text(applied->facts), Text(now)) << sql << "\n" << Text(facts);
    facts = now;
  }
  EXPECT_GT(followed, kStatements / 5);
  fmt::print("{} statements followed\n", followed);
}

}  // namespace
}  // namespace sluice::mysql
