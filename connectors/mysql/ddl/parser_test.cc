// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/ddl/statement.h"

namespace sluice::mysql {
namespace {

std::string Text(const ColumnSpec& column) {
  std::string out = column.name + " " + column.type;
  if (column.length) out += fmt::format("({})", *column.length);
  for (const std::string& label : column.labels) out += " '" + label + "'";
  if (!column.charset.empty()) out += " " + column.charset;
  if (column.null) out += *column.null ? " null" : " not null";
  if (column.initial) out += " = " + *column.initial;
  if (column.computed) out += " = ?";
  if (column.primary) out += " primary";
  if (column.unique) out += " unique";
  if (column.generated) out += " generated";
  if (!column.comment.empty()) out += " \"" + column.comment + "\"";
  if (column.first) out += " first";
  if (!column.after.empty()) out += " after " + column.after;
  return out;
}

std::string Text(const KeySpec& key) {
  const char* const kinds[] = {"primary", "unique", "index", "foreign"};
  std::string out = kinds[static_cast<size_t>(key.kind)];
  out += " " + key.name + "(";
  for (const std::string& column : key.columns) out += column + ",";
  return out + ")";
}

struct ClauseText {
  std::string operator()(const AddColumn& one) const { return "add " + Text(one.column); }
  std::string operator()(const DropColumn& one) const { return "drop " + one.name; }
  std::string operator()(const ChangeColumn& one) const {
    return "change " + one.name + " to " + Text(one.column);
  }
  std::string operator()(const RenameColumn& one) const {
    return "rename " + one.from + " to " + one.to;
  }
  std::string operator()(const KeySpec& one) const { return "add " + Text(one); }
  std::string operator()(const DropKey& one) const { return "drop key " + one.name; }
  std::string operator()(const RenameKey& one) const {
    return "rename key " + one.from + " to " + one.to;
  }
  std::string operator()(const ConvertCharset& one) const { return "convert " + one.charset; }
  std::string operator()(const SetTableOptions& one) const {
    return "options " + one.charset.value_or("-") + " " + one.comment.value_or("-");
  }
  std::string operator()(const ChangeRows& one) const {
    const char* const roles[] = {"", " with ", " of ", " into "};
    return "rows " + one.what + roles[static_cast<size_t>(one.role)] +
           (one.role == ChangeRows::Other::kNone ? "" : one.other.ToString());
  }
  std::string operator()(const UnclearClause&) const { return "unclear"; }
};

struct StatementText {
  std::string operator()(const OtherStatement&) const { return ""; }
  std::string operator()(const AlterTable& one) const {
    std::string out = "alter " + one.table.ToString();
    // What stands in front of such a clause counts for nothing.
    for (const AlterClause& clause : one.clauses) {
      if (std::holds_alternative<UnclearClause>(clause)) return out + "; unclear";
    }
    for (const AlterClause& clause : one.clauses) out += "; " + std::visit(ClauseText(), clause);
    if (one.renamed) out += "; to " + one.renamed->ToString();
    return out;
  }
  std::string operator()(const CreateTable& one) const {
    std::string out = "create " + one.table.ToString();
    if (one.if_not_exists) out += " if not exists";
    if (one.or_replace) out += " or replace";
    if (one.like) out += " like " + one.like->ToString();
    for (const ColumnSpec& column : one.columns) out += "; " + Text(column);
    for (const KeySpec& key : one.keys) out += "; " + Text(key);
    if (one.options.charset) out += "; " + *one.options.charset;
    if (one.rows_follow) out += "; rows";
    if (!one.unclear.empty()) out += "; unclear";
    return out;
  }
  std::string operator()(const RenameTables& one) const {
    std::string out = "rename";
    for (const auto& [from, to] : one.names) out += " " + from.ToString() + ">" + to.ToString();
    return out;
  }
  std::string operator()(const DropTables& one) const {
    std::string out = "drop";
    for (const TablePath& table : one.tables) out += " " + table.ToString();
    return out;
  }
  std::string operator()(const DropDatabase& one) const { return "drop database " + one.name; }
  std::string operator()(const TruncateTable& one) const {
    return "truncate " + one.table.ToString();
  }
};

std::string Parsed(std::string_view sql, const SqlDialect& dialect = {}) {
  return std::visit(StatementText(), ParseStatement(sql, "shop", dialect));
}

struct Case {
  const char* sql;
  const char* parsed;
};

TEST(DdlParser, ColumnsAsTheyAreWritten) {
  for (const Case& one : std::initializer_list<Case>{
           {"ALTER TABLE t ADD a INT", "add a int"},
           {"ALTER TABLE t ADD COLUMN `a``b` INT(11) NOT NULL DEFAULT -5 AFTER `b c`",
            "add a`b int(11) not null = -5 after b c"},
           {"alter table t add a varchar(10) charset latin1 collate latin1_bin first",
            "add a varchar(10) latin1 first"},
           {"ALTER TABLE t ADD a TEXT COLLATE utf8_general_ci", "add a text utf8mb3"},
           {"ALTER TABLE t ADD a ENUM('x', 'it''s', \"y\" ) DEFAULT 'x'",
            "add a enum 'x' 'it's' 'y' = x"},
           {"ALTER TABLE t ADD a SET(x'41', 0x42)", "add a set 'A' 'B'"},
           {"ALTER TABLE t ADD a SET(x'41')", "add a set 'A'"},
           {"ALTER TABLE t ADD a SERIAL", "add a bigint not null unique"},
           {"ALTER TABLE t ADD a BOOLEAN DEFAULT TRUE", "add a tinyint(1) = 1"},
           {"ALTER TABLE t ADD a DOUBLE PRECISION DEFAULT 1.5e-3", "add a double = ?"},
           {"ALTER TABLE t ADD a DECIMAL DEFAULT +1.50", "add a decimal = 1.50"},
           {"ALTER TABLE t ADD a BIT(9) DEFAULT b'1'", "add a bit(9) = \x01"},
           {"ALTER TABLE t ADD a BIT(9) DEFAULT 0b1", "add a bit(9) = \x01"},
           {"ALTER TABLE t ADD a INT DEFAULT 0x0A", "add a int = 10"},
           {"ALTER TABLE t ADD a INT DEFAULT x'0100'", "add a int = 256"},
           {"ALTER TABLE t ADD a BOOL DEFAULT b'1'", "add a tinyint(1) = 1"},
           {"ALTER TABLE t ADD a BIGINT DEFAULT 0x010000000000000000", "add a bigint = ?"},
           {"ALTER TABLE t ADD a VARCHAR(3) DEFAULT 0x4142", "add a varchar(3) = AB"},
           {"ALTER TABLE t ADD a VARCHAR(3) DEFAULT 0xE4", "add a varchar(3) = ?"},
           {"ALTER TABLE t ADD a VARCHAR(3) DEFAULT _utf8mb4'ä' 'b'", "add a varchar(3) = äb"},
           {"ALTER TABLE t ADD a VARCHAR(3) DEFAULT _latin1'ä'", "add a varchar(3) = ?"},
           {"ALTER TABLE t ADD a VARCHAR(3) DEFAULT _ucs2 x'0041'", "add a varchar(3) = ?"},
           {"ALTER TABLE t ADD a YEAR DEFAULT '0'", "add a year = ?"},
           {"ALTER TABLE t ADD a NATIONAL CHAR VARYING(8)", "add a varchar(8) utf8mb3"},
           {"ALTER TABLE t ADD a LONG VARCHAR", "add a mediumtext"},
           {"ALTER TABLE t ADD a CHAR BYTE", "add a char binary"},
           {"ALTER TABLE t ADD a TIMESTAMP(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE "
            "CURRENT_TIMESTAMP(3)",
            "add a timestamp(3) null = ?"},
           {"ALTER TABLE t ADD a JSON DEFAULT (JSON_OBJECT('k', (1))) COMMENT 'x, y'",
            "add a json = ? \"x, y\""},
           {"ALTER TABLE t ADD a INT GENERATED ALWAYS AS (b + (1)) STORED UNIQUE",
            "add a int unique generated"},
           {"ALTER TABLE t ADD a INT AS (b) PERSISTENT INVISIBLE", "add a int generated"},
           {"ALTER TABLE t ADD a INT REFERENCES x (id) ON DELETE SET NULL AFTER b",
            "add a int after b"},
           {"ALTER TABLE t ADD a INT CONSTRAINT c CHECK (a > 0) NOT ENFORCED PRIMARY KEY",
            "add a int primary"},
           {"ALTER TABLE t ADD a INT CHECK (a >= 0) NOT NULL", "add a int not null"},
           {"ALTER TABLE t ADD a INT CHECK (a >= 0) ENFORCED NULL", "add a int null"},
           {"ALTER TABLE t ADD a POINT SRID 4326 NOT NULL STORAGE DISK COLUMN_FORMAT FIXED",
            "add a point not null"},
           {"ALTER TABLE t ADD COLUMN IF NOT EXISTS a UUID", "add a uuid"},
           {"ALTER TABLE t ADD a SOMETHING", "unclear"},
           {"ALTER TABLE t ADD a INT NEWER WORD", "unclear"},
           {"ALTER TABLE t ADD a VARCHAR(9) CHARACTER SET klingon", "unclear"},
           {"ALTER TABLE t ADD a INT DEFAULT 'open", "unclear"},
       }) {
    EXPECT_EQ(Parsed(one.sql), std::string("alter shop.t; ") + one.parsed) << one.sql;
  }
}

TEST(DdlParser, ClausesOfAlterTable) {
  for (const Case& one : std::initializer_list<Case>{
           {"ALTER TABLE t ADD (a INT, INDEX i (a), b INT COMMENT ')')",
            "; add a int; add index i(a,); add b int \")\""},
           {"ALTER TABLE t DROP a, DROP COLUMN IF EXISTS b RESTRICT", "; drop a; drop b"},
           {"ALTER TABLE t MODIFY a BIGINT FIRST, CHANGE COLUMN b c TEXT AFTER a",
            "; change a to a bigint first; change b to c text after a"},
           {"ALTER TABLE t RENAME COLUMN a TO b, RENAME INDEX i TO j, RENAME TO x.u",
            "; rename a to b; rename key i to j; to x.u"},
           {"ALTER TABLE t RENAME AS u", "; to shop.u"},
           {"ALTER TABLE t RENAME u", "; to shop.u"},
           {"ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY USING BTREE (a, b(3) DESC)",
            "; add primary p(a,b,)"},
           {"ALTER TABLE t ADD UNIQUE KEY ((a + b), c) COMMENT 'x' VISIBLE", "; add unique (,c,)"},
           {"ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY g (a) REFERENCES x (id) ON UPDATE CASCADE",
            "; add foreign f(a,)"},
           {"ALTER TABLE t ADD FULLTEXT INDEX (a) WITH PARSER ngram, ADD CHECK (a > 0)",
            "; add index (a,)"},
           {"ALTER TABLE t DROP PRIMARY KEY, DROP INDEX i, DROP FOREIGN KEY f, DROP CHECK c, DROP "
            "CONSTRAINT u",
            "; drop key PRIMARY; drop key i; drop key u"},
           {"ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            "; convert utf8mb4"},
           {"ALTER TABLE t CONVERT TO CHARSET DEFAULT", "; convert "},
           {"ALTER TABLE t DEFAULT CHARACTER SET = latin1 COMMENT = 'x' ENGINE=InnoDB, FORCE",
            "; options latin1 -; options - x"},
           {"ALTER TABLE t ALTER COLUMN a SET DEFAULT (1, 2), ALTER b DROP DEFAULT, ALTER INDEX i "
            "INVISIBLE",
            ""},
           {"ALTER TABLE t ORDER BY a, b DESC", ""},
           {"ALTER TABLE t ALGORITHM=INSTANT, LOCK NONE, ROW_FORMAT=DYNAMIC UNION=(a, b)", ""},
           {"ALTER TABLE t ADD PARTITION (PARTITION p1 VALUES LESS THAN (10))", ""},
           {"ALTER TABLE t PARTITION BY HASH(a) PARTITIONS 4", ""},
           {"ALTER TABLE t DROP PARTITION p", "; rows DROP PARTITION"},
           {"ALTER TABLE t TRUNCATE PARTITION p0, p1", "; rows TRUNCATE PARTITION"},
           {"ALTER TABLE t EXCHANGE PARTITION p WITH TABLE x WITHOUT VALIDATION",
            "; rows EXCHANGE PARTITION with shop.x"},
           {"ALTER TABLE t EXCHANGE PARTITION `p` WITH TABLE y.x",
            "; rows EXCHANGE PARTITION with y.x"},
           {"ALTER TABLE t CONVERT TABLE x TO PARTITION p VALUES LESS THAN (10)",
            "; rows CONVERT TABLE of shop.x"},
           {"ALTER TABLE t CONVERT PARTITION p TO TABLE y.x", "; rows CONVERT PARTITION into y.x"},
           {"ALTER TABLE t CONVERT PARTITION p", "; unclear"},
           {"ALTER TABLE t IMPORT TABLESPACE", "; rows IMPORT TABLESPACE"},
           {"ALTER IGNORE TABLE IF EXISTS t WAIT 5 DROP a", "; drop a"},
           {"ALTER TABLE t ADD SYSTEM VERSIONING", "; unclear"},
           {"ALTER TABLE t ADD PERIOD FOR p (a, b)", "; unclear"},
           {"ALTER TABLE t SOMETHING NEW", "; unclear"},
           {"ALTER TABLE t DROP a b", "; unclear"},
           {"CREATE UNIQUE INDEX i USING BTREE ON t (a) COMMENT 'ON x'", "; add unique i(a,)"},
           {"DROP INDEX `PRIMARY` ON t LOCK=NONE", "; drop key PRIMARY"},
       }) {
    EXPECT_EQ(Parsed(one.sql), std::string("alter shop.t") + one.parsed) << one.sql;
  }
}

TEST(DdlParser, OtherStatements) {
  for (const Case& one : std::initializer_list<Case>{
           {"CREATE TABLE t (id INT PRIMARY KEY, KEY k (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
            "COMMENT='x' PARTITION BY HASH (id) START TRANSACTION",
            "create shop.t; id int primary; index k(id,); utf8mb4; rows"},
           {"CREATE TABLE IF NOT EXISTS x.t LIKE y.u", "create x.t if not exists like y.u"},
           {"CREATE OR REPLACE TABLE t (LIKE u)", "create shop.t or replace like shop.u"},
           {"CREATE TABLE t AS SELECT * FROM u", "create shop.t; unclear"},
           {"CREATE TABLE t (a INT) SELECT 1", "create shop.t; a int; unclear"},
           {"RENAME TABLE a TO b, x.c TO y.`d`", "rename shop.a>shop.b x.c>y.d"},
           {"DROP TABLE IF EXISTS a, x . b CASCADE /* generated by server */", "drop shop.a x.b"},
           {"DROP SCHEMA IF EXISTS `x`", "drop database x"},
           {"TRUNCATE `t.u`", "truncate shop.t.u"},
           {"/*!50100 ALTER TABLE */ t -- x\n# y\n DROP a", "alter shop.t; drop a"},
           {"ALTER TABLE t ADD a INT /*!99999 , DROP b */", "alter shop.t; add a int"},
           {"ALTER TABLE t ADD a INT /*!80000 , DROP b */", "alter shop.t; add a int; drop b"},
           {"ALTER TABLE t ADD a INT /*M!100000 , DROP b */", "alter shop.t; add a int"},
           {"ALTER TABLE 1a.2b DROP 3c", "alter 1a.2b; drop 3c"},
           {"ALTER TABLE 表 DROP `列`", "alter shop.表; drop 列"},
       }) {
    EXPECT_EQ(Parsed(one.sql), one.parsed) << one.sql;
  }
  for (const char* sql :
       {"", ";", "GRANT SELECT ON t TO u", "CREATE USER u", "CREATE DATABASE t",
        "CREATE TEMPORARY TABLE t (a INT)", "DROP TEMPORARY TABLE IF EXISTS t", "ANALYZE TABLE t",
        "CREATE VIEW t AS SELECT 1", "DROP VIEW t", "ALTER USER u", "ALTER DATABASE shop COLLATE x",
        "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW SET @a = 1", "/* DROP TABLE t */",
        "-- DROP TABLE t", "'ALTER' TABLE t DROP a"}) {
    EXPECT_EQ(Parsed(sql), "") << sql;
  }
}

TEST(DdlParser, DialectsReadQuotesAndCommentsDifferently) {
  EXPECT_EQ(Parsed(R"(ALTER TABLE "t" DROP a)", {.ansi_quotes = true}), "alter shop.t; drop a");
  EXPECT_EQ(Parsed(R"(ALTER TABLE t COMMENT 'x\')", {.backslash_escapes = false}),
            R"(alter shop.t; options - x\)");
  EXPECT_EQ(Parsed(R"(ALTER TABLE t COMMENT 'x\'')"), "alter shop.t; options - x'");
  EXPECT_EQ(Parsed("ALTER TABLE t ADD a REAL", {.real_is_float = true}),
            "alter shop.t; add a float");
  const SqlDialect maria = DialectOf("5.5.5-10.11.19-MariaDB-log");
  EXPECT_EQ(maria.version, 101119U);
  EXPECT_EQ(Parsed("ALTER TABLE t DROP a /*!80000 , DROP b */ /*M!100000 , DROP c */", maria),
            "alter shop.t; drop a; drop c");
  EXPECT_EQ(DialectOf("8.0.33").version, 80033U);
  EXPECT_EQ(DialectOf("nonsense").version, SqlDialect().version);
}

// Its verb and the table that it writes to, "?" when that cannot be told.
std::string Rows(std::string_view sql, std::string_view schema = "shop") {
  const RowStatement rows = RowStatementOf(sql, schema, {});
  if (rows.verb.empty()) return "";
  return rows.verb + " " + (rows.table ? rows.table->ToString() : "?");
}

TEST(RowStatement, IsFoundBehindWhatStandsInFrontOfIt) {
  EXPECT_EQ(Rows("insert into t values (1)"), "INSERT shop.t");
  EXPECT_EQ(Rows("/* a */ -- b\n # c\n ((REPLACE INTO t SELECT 1))"), "REPLACE shop.t");
  EXPECT_EQ(Rows("/*!40000 UPDATE t SET a = 1 */"), "UPDATE shop.t");
  EXPECT_EQ(
      Rows("SET STATEMENT max_statement_time=1, x=(SELECT 1 FOR UPDATE) FOR INSERT t SET a=1"),
      "INSERT shop.t");
  EXPECT_EQ(Rows("SET STATEMENT a=1 FOR SET STATEMENT b=2 FOR DELETE FROM t"), "DELETE shop.t");
  EXPECT_EQ(Rows("ANALYZE FORMAT=JSON UPDATE t SET a=1"), "UPDATE shop.t");
  for (const std::string_view sql : {"CREATE TABLE t (a INT)", "`insert`", "--1", "", "SET a = 1",
                                     "SET STATEMENT a=1 FOR CREATE TABLE t (a INT)",
                                     "ANALYZE TABLE t", "ANALYZE LOCAL TABLE t"}) {
    EXPECT_EQ(Rows(sql), "") << sql;
  }
}

TEST(RowStatement, NamesTheOneTableThatItWritesTo) {
  EXPECT_EQ(Rows("DELETE FROM `a``b`.`mem`"), "DELETE a`b.mem");
  EXPECT_EQ(Rows("DELETE QUICK FROM t WHERE a IN (SELECT b FROM u)"), "DELETE shop.t");
  EXPECT_EQ(Rows("DELETE FROM t PARTITION (p) AS x LIMIT 1"), "DELETE shop.t");
  EXPECT_EQ(Rows("INSERT INTO mysql.rds_heartbeat2(id, value) VALUES (1, 2)"),
            "INSERT mysql.rds_heartbeat2");
  EXPECT_EQ(Rows("REPLACE INTO `percona`.`checksums` SELECT COUNT(*) FROM shop.goods"),
            "REPLACE percona.checksums");
  EXPECT_EQ(Rows("UPDATE IGNORE other.t AS x SET x.a = 1"), "UPDATE other.t");
  EXPECT_EQ(Rows("WITH a (b) AS (SELECT 1), c AS (SELECT 2) DELETE FROM t WHERE 1"), "WITH shop.t");
  std::string many = "INSERT INTO t VALUES (0)";
  for (int i = 0; i < 5000; ++i) many += ", (1)";
  EXPECT_EQ(Rows(many), "INSERT shop.t");
}

TEST(RowStatement, WhoseTablesCannotBeTold) {
  for (const std::string_view sql :
       {"SELECT `shop`.`f`(1)", "DO f()", "CALL p()", "LOAD DATA INFILE 'x' INTO TABLE t",
        "UPDATE t, u SET t.a = 1", "UPDATE t JOIN u ON t.a = u.a SET t.a = 1",
        "UPDATE (SELECT 1) x, t SET a = 1", "DELETE t FROM t JOIN u", "DELETE FROM t USING t, u",
        "DELETE FROM t.* USING t", "DELETE t, u FROM t, u", "DELETE FROM t x JOIN u",
        "WITH a AS (SELECT 1) SELECT f()", "INSERT INTO (t)"}) {
    EXPECT_THAT(Rows(sql), testing::EndsWith(" ?")) << sql;
  }
  EXPECT_EQ(Rows("INSERT INTO t VALUES (1)", ""), "INSERT ?");  // of no database
  // Longer than what is looked at.
  std::string settings = "SET STATEMENT a=1";
  for (int i = 0; i < 200; ++i) settings += ", a=1";
  EXPECT_EQ(Rows(settings + " FOR INSERT INTO t VALUES (1)"), "SET STATEMENT ?");
}

TEST(ParseStatement, LooksBehindSettings) {
  const auto statement =
      ParseStatement("SET STATEMENT lock_wait_timeout=1 FOR DROP TABLE t", "shop", {});
  ASSERT_TRUE(std::holds_alternative<DropTables>(statement));
  EXPECT_EQ(std::get<DropTables>(statement).tables[0].ToString(), "shop.t");
  EXPECT_TRUE(std::holds_alternative<OtherStatement>(ParseStatement("SET a = 1", "shop", {})));
}

}  // namespace
}  // namespace sluice::mysql
