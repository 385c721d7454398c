// SPDX-License-Identifier: Apache-2.0
#include "mysql/ddl.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace sluice::mysql {
namespace {

struct Token {
  std::string text;  // words in upper case; quoted names as they are
  std::string raw;
  bool quoted = false;
};

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

// Two dashes begin a comment only before a blank or at the end: 5--1 is a number.
bool IsBlank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isspace(byte) != 0 || std::iscntrl(byte) != 0;
}

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// Words, quoted names and single punctuation bytes; comments are left out, except that the inside
// of /*!80000 ... */ counts, as the server runs it.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view sql) : sql_(sql) {}

  std::vector<Token> All() {
    std::vector<Token> out;
    while (Skip()) out.push_back(Next());
    return out;
  }
  // The first word, behind comments and parentheses.
  Token First() {
    while (Skip()) {
      Token token = Next();
      if (token.quoted || token.text != "(") return token;
    }
    return {};
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  bool Skip() {
    while (at_ < sql_.size()) {
      if (std::isspace(static_cast<unsigned char>(Peek())) != 0) {
        ++at_;
      } else if (Peek() == '#' || (Peek() == '-' && Peek(1) == '-' && IsBlank(Peek(2)))) {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (Peek() == '/' && Peek(1) == '*') {
        const bool runs = Peek(2) == '!';
        at_ += runs ? 3 : 2;
        if (runs) {
          while (std::isdigit(static_cast<unsigned char>(Peek())) != 0) ++at_;
        } else {
          const size_t end = sql_.find("*/", at_);
          at_ = end == std::string_view::npos ? sql_.size() : end + 2;
        }
      } else if (Peek() == '*' && Peek(1) == '/') {
        at_ += 2;
      } else {
        return true;
      }
    }
    return false;
  }

  Token Next() {
    const char first = Peek();
    if (first == '`' || first == '"' || first == '\'') return Quoted(first);
    size_t end = at_;
    while (end < sql_.size() && IsWordByte(sql_[end])) ++end;
    end = std::max(end, at_ + 1);
    Token token;
    token.raw = std::string(sql_.substr(at_, end - at_));
    token.text = Upper(token.raw);
    at_ = end;
    return token;
  }

  Token Quoted(char quote) {
    Token token;
    token.quoted = true;
    for (++at_; at_ < sql_.size(); ++at_) {
      if (Peek() == '\\' && quote != '`') {
        ++at_;
      } else if (Peek() == quote && Peek(1) == quote) {
        ++at_;
      } else if (Peek() == quote) {
        ++at_;
        break;
      }
      token.raw += Peek();
    }
    token.text = token.raw;
    return token;
  }

  std::string_view sql_;
  size_t at_ = 0;
};

// Table options that leave rows as they are.
constexpr auto kSameRowsOptions = std::to_array<std::string_view>({"COMMENT",
                                                                   "ENGINE",
                                                                   "AUTO_INCREMENT",
                                                                   "ALGORITHM",
                                                                   "LOCK",
                                                                   "ROW_FORMAT",
                                                                   "ENABLE",
                                                                   "DISABLE",
                                                                   "FORCE",
                                                                   "STATS_PERSISTENT",
                                                                   "STATS_AUTO_RECALC",
                                                                   "STATS_SAMPLE_PAGES",
                                                                   "KEY_BLOCK_SIZE",
                                                                   "COMPRESSION",
                                                                   "ENCRYPTION",
                                                                   "REMOVE",
                                                                   "WITHOUT",
                                                                   "WITH",
                                                                   "DEFAULT",
                                                                   "CHARSET",
                                                                   "CHARACTER",
                                                                   "COLLATE",
                                                                   "MAX_ROWS",
                                                                   "MIN_ROWS",
                                                                   "AVG_ROW_LENGTH",
                                                                   "DELAY_KEY_WRITE",
                                                                   "PACK_KEYS",
                                                                   "CHECKSUM",
                                                                   "TABLESPACE",
                                                                   "SECONDARY_ENGINE",
                                                                   "SECONDARY_LOAD",
                                                                   "SECONDARY_UNLOAD",
                                                                   "INSERT_METHOD",
                                                                   "CONNECTION",
                                                                   "PASSWORD",
                                                                   "UNION",
                                                                   "AUTOEXTEND_SIZE",
                                                                   "ENGINE_ATTRIBUTE",
                                                                   "SECONDARY_ENGINE_ATTRIBUTE",
                                                                   "DATA"});

class Statement {
 public:
  Statement(std::string_view sql, std::string_view schema)
      : tokens_(Tokenizer(sql).All()), schema_(schema) {}

  std::vector<DdlEffect> Effects() {
    if (Take("ALTER")) return Alter();
    if (Take("CREATE")) return Create();
    if (Take("DROP")) return Drop();
    if (Take("RENAME")) return Rename();
    if (Take("TRUNCATE")) {
      Take("TABLE");
      return {{Path(), DdlKind::kOther, "TRUNCATE TABLE"}};
    }
    return {};
  }

 private:
  bool AtEnd() const { return at_ >= tokens_.size(); }
  bool Looking(std::string_view word, size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() && !tokens_[at_ + ahead].quoted &&
           tokens_[at_ + ahead].text == word;
  }
  bool Take(std::string_view word) {
    if (!Looking(word)) return false;
    ++at_;
    return true;
  }
  bool TakeAny(std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return Take(word); });
  }
  std::string Name() { return AtEnd() ? "" : tokens_[at_++].raw; }
  TablePath Path() {
    std::string first = Name();
    if (!Take(".")) return {schema_, "", std::move(first)};
    return {std::move(first), "", Name()};
  }
  void TakeIfExists() {
    if (!Take("IF")) return;
    Take("NOT");
    Take("EXISTS");
  }

  std::vector<DdlEffect> Alter() {
    TakeAny({"ONLINE", "OFFLINE", "IGNORE"});
    if (!Take("TABLE")) return {};
    const TablePath table = Path();
    DdlEffect effect{table, DdlKind::kSameRows, "ALTER TABLE"};
    std::vector<DdlEffect> out;
    while (!AtEnd()) {
      const auto [kind, what] = Clause();
      if (kind > effect.kind) {
        effect.kind = kind;
        effect.what = what;
      }
      SkipToComma();
    }
    out.push_back(std::move(effect));
    if (renamed_) out.push_back({*renamed_, DdlKind::kOther, "RENAME TO"});
    return out;
  }

  std::pair<DdlKind, std::string> Clause() {
    if (Take("ADD")) return AddClause();
    if (Take("DROP")) return DropClause();
    if (Take("RENAME")) return RenameClause();
    if (Take("ALTER")) return {DdlKind::kSameRows, "ALTER COLUMN SET DEFAULT"};
    for (const std::string_view word :
         {"MODIFY", "CHANGE", "CONVERT", "TRUNCATE", "EXCHANGE", "DISCARD", "IMPORT"}) {
      if (Take(word)) return {DdlKind::kOther, std::string(word)};
    }
    // What is behind these is one list to the end: columns to order by, partitions.
    if (TakeAny({"ORDER", "PARTITION", "REORGANIZE", "COALESCE", "ANALYZE", "CHECK", "OPTIMIZE",
                 "REBUILD", "REPAIR"})) {
      at_ = tokens_.size();
      return {DdlKind::kSameRows, "ALTER TABLE"};
    }
    const bool same =
        !AtEnd() && !tokens_[at_].quoted &&
        std::ranges::find(kSameRowsOptions, tokens_[at_].text) != kSameRowsOptions.end();
    if (same) return {DdlKind::kSameRows, "ALTER TABLE"};
    return {DdlKind::kOther, AtEnd() ? "ALTER TABLE" : tokens_[at_].text};
  }

  std::pair<DdlKind, std::string> DropClause() {
    if (TakeAny({"FOREIGN", "CHECK"})) return {DdlKind::kSameRows, "DROP CONSTRAINT"};
    if (TakeAny({"INDEX", "KEY", "CONSTRAINT"})) {
      if (AtPrimary()) return {DdlKind::kOther, "DROP PRIMARY KEY"};
      return {DdlKind::kSameRows, "DROP INDEX"};
    }
    if (Take("PRIMARY")) return {DdlKind::kOther, "DROP PRIMARY KEY"};
    return {DdlKind::kOther, Take("PARTITION") ? "DROP PARTITION" : "DROP COLUMN"};
  }

  // The name of a primary key, which may be quoted.
  bool AtPrimary() const { return !AtEnd() && Upper(tokens_[at_].raw) == "PRIMARY"; }

  std::pair<DdlKind, std::string> AddClause() {
    if (Take("CONSTRAINT")) {
      if (!Looking("PRIMARY") && !Looking("UNIQUE") && !Looking("FOREIGN") && !Looking("CHECK")) {
        Name();
      }
    }
    if (Take("PRIMARY")) return {DdlKind::kOther, "ADD PRIMARY KEY"};
    if (TakeAny(
            {"INDEX", "KEY", "UNIQUE", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK", "PARTITION"})) {
      return {DdlKind::kSameRows, "ADD INDEX"};
    }
    return {MakesKey() ? DdlKind::kOther : DdlKind::kAddColumn, "ADD COLUMN"};
  }

  // A column added as PRIMARY KEY, or KEY alone, which means the same.
  bool MakesKey() {
    int depth = 0;
    for (size_t ahead = 0; at_ + ahead < tokens_.size(); ++ahead) {
      if (Looking("(", ahead)) ++depth;
      if (Looking(")", ahead)) --depth;
      if (depth == 0 && Looking(",", ahead)) return false;
      if (Looking("PRIMARY", ahead)) return true;
      const bool unique = ahead > 0 && Looking("UNIQUE", ahead - 1);
      if (depth == 0 && ahead > 0 && Looking("KEY", ahead) && !unique) return true;
    }
    return false;
  }

  std::pair<DdlKind, std::string> RenameClause() {
    if (TakeAny({"INDEX", "KEY"})) return {DdlKind::kSameRows, "RENAME INDEX"};
    if (Take("COLUMN")) return {DdlKind::kOther, "RENAME COLUMN"};
    TakeAny({"TO", "AS", "="});
    renamed_ = Path();
    return {DdlKind::kOther, "RENAME TO"};
  }

  // To behind the next comma outside parentheses.
  void SkipToComma() {
    int depth = 0;
    for (; !AtEnd(); ++at_) {
      if (Looking("(")) ++depth;
      if (Looking(")")) --depth;
      if (depth == 0 && Take(",")) return;
    }
  }

  std::vector<DdlEffect> Create() {
    TakeAny({"UNIQUE", "FULLTEXT", "SPATIAL", "ONLINE", "OFFLINE"});
    if (Take("TEMPORARY")) return {};
    if (Take("INDEX")) return OnTable("CREATE INDEX", DdlKind::kSameRows);
    if (!Take("TABLE")) return {};
    if (Looking("IF")) return {};  // the table was there, or is not captured
    return {{Path(), DdlKind::kOther, "CREATE TABLE"}};
  }

  std::vector<DdlEffect> Drop() {
    TakeAny({"ONLINE", "OFFLINE"});
    if (Take("TEMPORARY")) return {};
    if (Take("INDEX")) {
      const bool key = AtPrimary();
      return OnTable(key ? "DROP PRIMARY KEY" : "DROP INDEX",
                     key ? DdlKind::kOther : DdlKind::kSameRows);
    }
    if (TakeAny({"DATABASE", "SCHEMA"})) {
      TakeIfExists();
      return {{{Name(), "", ""}, DdlKind::kOther, "DROP DATABASE"}};
    }
    if (!TakeAny({"TABLE", "TABLES"})) return {};
    TakeIfExists();
    std::vector<DdlEffect> out;
    do {
      out.push_back({Path(), DdlKind::kOther, "DROP TABLE"});
    } while (Take(","));
    return out;
  }

  std::vector<DdlEffect> OnTable(const std::string& what, DdlKind kind) {
    while (!AtEnd() && !Take("ON")) ++at_;
    if (AtEnd()) return {};
    return {{Path(), kind, what}};
  }

  std::vector<DdlEffect> Rename() {
    if (!TakeAny({"TABLE", "TABLES"})) return {};
    std::vector<DdlEffect> out;
    do {
      out.push_back({Path(), DdlKind::kOther, "RENAME TABLE"});
      Take("TO");
      out.push_back({Path(), DdlKind::kOther, "RENAME TABLE"});
    } while (Take(","));
    return out;
  }

  std::vector<Token> tokens_;
  std::string schema_;
  size_t at_ = 0;
  std::optional<TablePath> renamed_;
};

}  // namespace

std::string RowVerbOf(std::string_view sql) {
  static constexpr auto kVerbs = std::to_array<std::string_view>(
      {"INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", "SELECT", "DO", "CALL"});
  Token first = Tokenizer(sql).First();
  const bool writes = !first.quoted && std::ranges::find(kVerbs, first.text) != kVerbs.end();
  return writes ? first.text : std::string();
}

std::vector<DdlEffect> EffectsOf(std::string_view sql, std::string_view schema) {
  return Statement(sql, schema).Effects();
}

}  // namespace sluice::mysql
