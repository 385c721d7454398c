// SPDX-License-Identifier: Apache-2.0
// Source: https://dev.mysql.com/doc/refman/8.0/en/sql-data-definition-statements.html and
// https://mariadb.com/kb/en/alter-table/
#include <algorithm>
#include <array>

#include "mysql/ddl/column_parser.h"
#include "mysql/ddl/statement.h"

namespace sluice::mysql {
namespace {

// Options of a table that change no column, key or row; each has a value.
constexpr std::string_view kOptions[] = {"ENGINE",
                                         "TYPE",
                                         "AUTO_INCREMENT",
                                         "AUTOEXTEND_SIZE",
                                         "AVG_ROW_LENGTH",
                                         "CHECKSUM",
                                         "COMPRESSION",
                                         "CONNECTION",
                                         "DELAY_KEY_WRITE",
                                         "ENCRYPTION",
                                         "ENCRYPTED",
                                         "ENCRYPTION_KEY_ID",
                                         "ENGINE_ATTRIBUTE",
                                         "IETF_QUOTES",
                                         "INSERT_METHOD",
                                         "KEY_BLOCK_SIZE",
                                         "MAX_ROWS",
                                         "MIN_ROWS",
                                         "PACK_KEYS",
                                         "PAGE_CHECKSUM",
                                         "PAGE_COMPRESSED",
                                         "PAGE_COMPRESSION_LEVEL",
                                         "PASSWORD",
                                         "ROW_FORMAT",
                                         "SECONDARY_ENGINE",
                                         "SECONDARY_ENGINE_ATTRIBUTE",
                                         "SEQUENCE",
                                         "STATS_AUTO_RECALC",
                                         "STATS_PERSISTENT",
                                         "STATS_SAMPLE_PAGES",
                                         "STORAGE",
                                         "TABLE_CHECKSUM",
                                         "TABLESPACE",
                                         "TRANSACTIONAL",
                                         "UNION",
                                         "ALGORITHM",
                                         "LOCK"};

class Parser {
 public:
  Parser(std::string_view sql, std::string_view schema, const SqlDialect& dialect)
      : in_(Tokenize(sql, dialect)), schema_(schema), dialect_(dialect) {}

  Statement Parse() {
    while (in_.SkipSettings()) continue;
    if (in_.Take("ALTER")) return Alter();
    if (in_.Take("CREATE")) return Create();
    if (in_.Take("DROP")) return Drop();
    if (in_.Take("RENAME")) return Rename();
    if (in_.Take("TRUNCATE")) {
      in_.Take("TABLE");
      return TruncateTable{Path()};
    }
    return OtherStatement{};
  }

 private:
  TablePath Path() {
    std::string first = in_.Name();
    if (!in_.Take(".")) return {schema_, "", std::move(first)};
    return {std::move(first), "", in_.Name()};
  }
  bool IfExists() { return in_.TakeAll({"IF", "EXISTS"}); }
  bool IfNotExists() { return in_.TakeAll({"IF", "NOT", "EXISTS"}); }
  void Wait() {  // MariaDB
    if (in_.Take("WAIT")) in_.Number();
    in_.Take("NOWAIT");
  }

  Statement Alter() {
    while (in_.TakeAny({"ONLINE", "OFFLINE", "IGNORE"})) continue;
    if (!in_.Take("TABLE")) return OtherStatement{};
    IfExists();
    alter_.table = Path();
    Wait();
    while (!in_.AtEnd() && !in_.Looking(";")) {
      Clause();
      if (in_.Take(",")) continue;
    }
    if (!in_.problem().empty()) alter_.clauses.push_back(UnclearClause{in_.problem()});
    return std::move(alter_);
  }

  void Clause() {
    if (in_.Take("ADD")) {
      Add();
    } else if (in_.Take("DROP")) {
      DropClause();
    } else if (in_.Take("MODIFY")) {
      Change(false);
    } else if (in_.Take("CHANGE")) {
      Change(true);
    } else if (in_.Take("RENAME")) {
      RenameClause();
    } else if (in_.Take("ALTER")) {
      in_.SkipClause();  // defaults and visibility
    } else if (in_.Take("CONVERT")) {
      Convert();
    } else if (!Partitions()) {
      SetTableOptions options;
      if (!Option(options)) return in_.Fail("a clause that is known");
      if (options.charset || options.comment) alter_.clauses.emplace_back(std::move(options));
    }
  }

  void Add() {
    if (in_.Take("PARTITION")) return in_.SkipAll();
    if (LookingAtKey(in_)) {
      if (auto key = ParseKey(in_)) alter_.clauses.emplace_back(std::move(*key));
      return;
    }
    in_.Take("COLUMN");
    const bool if_not_exists = IfNotExists();
    if (!in_.Take("(")) {
      if (in_.Looking("PERIOD") || in_.Looking("SYSTEM")) {
        const Token& next = in_.Peek(1);
        if (SameWord(next.text, "FOR") || SameWord(next.text, "VERSIONING")) {
          return in_.Fail("a column or a key");
        }
      }
      alter_.clauses.emplace_back(AddColumn{ParseColumn(in_, dialect_), if_not_exists});
      return;
    }
    do {
      if (!LookingAtKey(in_)) {
        alter_.clauses.emplace_back(AddColumn{ParseColumn(in_, dialect_), if_not_exists});
      } else if (auto key = ParseKey(in_)) {
        alter_.clauses.emplace_back(std::move(*key));
      }
    } while (in_.Take(","));
    in_.Expect(")");
  }

  void DropClause() {
    if (in_.Take("PARTITION")) {
      alter_.clauses.emplace_back(ChangeRows{"DROP PARTITION"});
      return in_.SkipAll();
    }
    if (in_.TakeAll({"PRIMARY", "KEY"})) {
      alter_.clauses.emplace_back(DropKey{"PRIMARY"});
    } else if (in_.TakeAny({"INDEX", "KEY"})) {
      const bool if_exists = IfExists();
      alter_.clauses.emplace_back(DropKey{in_.Name(), if_exists});
    } else if (in_.Take("CONSTRAINT")) {
      const bool if_exists = IfExists();
      alter_.clauses.emplace_back(DropKey{in_.Name(), if_exists, true});
    } else if (in_.TakeAll({"FOREIGN", "KEY"}) || in_.Take("CHECK")) {
      IfExists();
      in_.Name();
    } else {
      in_.Take("COLUMN");
      const bool if_exists = IfExists();
      alter_.clauses.emplace_back(DropColumn{in_.Name(), if_exists});
      if (in_.TakeAny({"FOR", "VERSIONING"}))
        in_.Fail("a column");  // PERIOD FOR, SYSTEM VERSIONING
    }
    in_.TakeAny({"RESTRICT", "CASCADE"});
  }

  // Behind MODIFY or CHANGE; the second has one name more.
  void Change(bool renames) {
    in_.Take("COLUMN");
    ChangeColumn change;
    change.if_exists = IfExists();
    if (renames) change.name = in_.Name();
    change.column = ParseColumn(in_, dialect_);
    if (!renames) change.name = change.column.name;
    alter_.clauses.emplace_back(std::move(change));
  }

  void RenameClause() {
    if (in_.Take("COLUMN")) {
      RenameColumn rename;
      rename.if_exists = IfExists();
      rename.from = in_.Name();
      in_.Expect("TO");
      rename.to = in_.Name();
      alter_.clauses.emplace_back(std::move(rename));
    } else if (in_.TakeAny({"INDEX", "KEY"})) {
      RenameKey rename;
      IfExists();
      rename.from = in_.Name();
      in_.Expect("TO");
      rename.to = in_.Name();
      alter_.clauses.emplace_back(std::move(rename));
    } else {
      in_.TakeAny({"TO", "AS", "="});
      alter_.renamed = Path();
    }
  }

  void Convert() {
    if (in_.Take("TABLE")) return RowsWith("CONVERT TABLE", ChangeRows::Other::kAbsorbed, {});
    if (in_.Take("PARTITION")) {
      in_.Name();
      return RowsWith("CONVERT PARTITION", ChangeRows::Other::kMade, {"TO", "TABLE"});
    }
    in_.Expect("TO");
    ConvertCharset convert;
    if (!in_.TakeAny({"CHARSET"})) {
      in_.TakeAny({"CHARACTER", "CHAR"});
      in_.Expect("SET");
    }
    if (!in_.Take("DEFAULT")) convert.charset = Known(CharsetNamed(in_.Name()));
    if (in_.Take("COLLATE")) {
      const std::string charset = Known(CharsetOfCollationNamed(in_.Name()));
      if (convert.charset.empty()) convert.charset = charset;
    }
    alter_.clauses.emplace_back(std::move(convert));
  }

  // The last clause: the other table's name comes behind `words`.
  void RowsWith(std::string what, ChangeRows::Other role,
                std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) in_.Expect(word);
    alter_.clauses.emplace_back(ChangeRows{std::move(what), role, Path()});
    in_.SkipAll();
  }

  std::string Known(std::string charset) {
    if (charset.empty()) in_.Fail("a character set that is known");
    return charset;
  }

  // Each of these is the last clause.
  bool Partitions() {
    if (in_.TakeAll({"EXCHANGE", "PARTITION"})) {
      in_.Name();
      RowsWith("EXCHANGE PARTITION", ChangeRows::Other::kExchanged, {"WITH", "TABLE"});
      return true;
    }
    for (const char* what : {"TRUNCATE", "DISCARD", "IMPORT"}) {
      if (!in_.Take(what)) continue;
      const std::string_view object = in_.Looking("TABLESPACE") ? " TABLESPACE" : " PARTITION";
      alter_.clauses.emplace_back(ChangeRows{std::string(what).append(object)});
      in_.SkipAll();
      return true;
    }
    if (!in_.LookingAny({"PARTITION", "REORGANIZE", "COALESCE", "ANALYZE", "CHECK", "OPTIMIZE",
                         "REBUILD", "REPAIR"})) {
      return in_.TakeAll({"REMOVE", "PARTITIONING"});
    }
    in_.SkipAll();
    return true;
  }

  // One option of a table; false when there is none that is known.
  bool Option(SetTableOptions& options) {
    in_.Take("DEFAULT");
    if (in_.TakeAny({"CHARSET"}) || in_.TakeAll({"CHARACTER", "SET"}) ||
        in_.TakeAll({"CHAR", "SET"})) {
      in_.Take("=");
      options.charset = in_.Take("DEFAULT") ? "" : Known(CharsetNamed(in_.Name()));
    } else if (in_.Take("COLLATE")) {
      in_.Take("=");
      const std::string charset = Known(CharsetOfCollationNamed(in_.Name()));
      if (!options.charset || options.charset->empty()) options.charset = charset;
    } else if (in_.Take("COMMENT")) {
      in_.Take("=");
      options.comment = in_.Text();
    } else if (in_.TakeAny({"ENABLE", "DISABLE"})) {
      in_.Expect("KEYS");
    } else if (in_.TakeAny({"WITH", "WITHOUT"})) {
      in_.Expect("VALIDATION");
    } else if (in_.TakeAny({"DATA", "INDEX"})) {
      in_.Expect("DIRECTORY");
      in_.Take("=");
      in_.Next();
    } else if (in_.TakeAll({"ORDER", "BY"})) {
      in_.SkipAll();
    } else if (in_.TakeAny({"FORCE", "SECONDARY_LOAD", "SECONDARY_UNLOAD"})) {
      return true;
    } else {
      const Token& token = in_.Peek();
      const bool known =
          token.kind == TokenKind::kWord &&
          std::ranges::any_of(kOptions, [&](auto word) { return SameWord(word, token.text); });
      if (!known) return false;
      in_.Next();
      in_.Take("=");
      in_.Looking("(") ? in_.SkipParentheses() : void(in_.Next());
    }
    return true;
  }

  Statement Create() {
    CreateTable create;
    create.or_replace = in_.TakeAll({"OR", "REPLACE"});
    if (in_.Take("TEMPORARY")) return OtherStatement{};
    const bool unique = in_.Take("UNIQUE");
    in_.TakeAny({"FULLTEXT", "SPATIAL", "ONLINE", "OFFLINE"});
    if (in_.Take("INDEX")) return CreateIndex(unique);
    if (!in_.Take("TABLE")) return OtherStatement{};
    create.if_not_exists = IfNotExists();
    create.table = Path();
    if (in_.Take("LIKE")) {
      create.like = Path();
    } else if (in_.TakeAll({"(", "LIKE"})) {
      create.like = Path();
    } else {
      CreateBody(create);
    }
    create.unclear = in_.problem();
    return create;
  }

  void CreateBody(CreateTable& create) {
    if (in_.Take("(")) {
      do {
        if (in_.Looking("PERIOD") && SameWord(in_.Peek(1).text, "FOR")) {
          in_.Fail("a column or a key");
        } else if (!LookingAtKey(in_)) {
          create.columns.push_back(ParseColumn(in_, dialect_));
        } else if (auto key = ParseKey(in_)) {
          create.keys.push_back(std::move(*key));
        }
      } while (in_.Take(","));
      in_.Expect(")");
    }
    while (!in_.AtEnd()) {
      if (in_.TakeAll({"START", "TRANSACTION"})) {
        create.rows_follow = true;
      } else if (in_.TakeAll({"PARTITION", "BY"})) {
        // Until START TRANSACTION, if it stands there.
        while (!in_.AtEnd() && !in_.Looking("START")) in_.Next();
      } else if (in_.Take(";") || in_.Take(",")) {
        continue;
      } else if (!Option(create.options)) {
        in_.Fail("an option of a table that is known");  // also AS SELECT
      }
    }
  }

  Statement CreateIndex(bool unique) {
    KeySpec key;
    key.kind = unique ? KeySpec::Kind::kUnique : KeySpec::Kind::kOther;
    key.if_not_exists = IfNotExists();
    key.name = in_.Name();
    if (in_.TakeAny({"USING", "TYPE"})) in_.Name();
    in_.Expect("ON");
    alter_.table = Path();
    Wait();
    key.columns = ParseKeyParts(in_);
    alter_.clauses.emplace_back(std::move(key));
    if (!in_.problem().empty()) alter_.clauses.emplace_back(UnclearClause{in_.problem()});
    return std::move(alter_);
  }

  Statement Drop() {
    in_.TakeAny({"ONLINE", "OFFLINE"});
    if (in_.Take("TEMPORARY")) return OtherStatement{};
    if (in_.Take("INDEX")) {
      const bool if_exists = IfExists();
      alter_.clauses.emplace_back(DropKey{in_.Name(), if_exists});
      in_.Expect("ON");
      alter_.table = Path();
      if (!in_.problem().empty()) alter_.clauses.emplace_back(UnclearClause{in_.problem()});
      return std::move(alter_);
    }
    if (in_.TakeAny({"DATABASE", "SCHEMA"})) {
      IfExists();
      return DropDatabase{in_.Name()};
    }
    if (!in_.TakeAny({"TABLE", "TABLES"})) return OtherStatement{};
    IfExists();
    DropTables drop;
    do {
      drop.tables.push_back(Path());
    } while (in_.Take(","));
    return drop;
  }

  Statement Rename() {
    if (!in_.TakeAny({"TABLE", "TABLES"})) return OtherStatement{};
    IfExists();
    RenameTables rename;
    do {
      TablePath from = Path();
      Wait();
      in_.Expect("TO");
      rename.names.emplace_back(std::move(from), Path());
    } while (in_.Take(","));
    return rename;
  }

  Tokens in_;
  std::string schema_;
  const SqlDialect& dialect_;
  AlterTable alter_;
};

}  // namespace

Statement ParseStatement(std::string_view sql, std::string_view schema, const SqlDialect& dialect) {
  const Token first = FirstToken(sql, dialect);
  static constexpr auto kVerbs =
      std::to_array<std::string_view>({"ALTER", "CREATE", "DROP", "RENAME", "SET", "TRUNCATE"});
  const bool ours = first.kind == TokenKind::kWord && std::ranges::any_of(kVerbs, [&](auto verb) {
                      return SameWord(verb, first.text);
                    });
  return ours ? Parser(sql, schema, dialect).Parse() : OtherStatement{};
}

}  // namespace sluice::mysql
