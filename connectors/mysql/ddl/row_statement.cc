// SPDX-License-Identifier: Apache-2.0
// Source: https://dev.mysql.com/doc/refman/8.0/en/sql-data-manipulation-statements.html
#include <algorithm>
#include <array>

#include "mysql/ddl/statement.h"

namespace sluice::mysql {
namespace {

// What names the table stands at the beginning; the rest may be megabytes of values.
constexpr size_t kTokensMax = 512;

bool IsRowVerb(const Token& token) {
  static constexpr auto kVerbs = std::to_array<std::string_view>(
      {"INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", "SELECT", "DO", "CALL"});
  return token.kind == TokenKind::kWord &&
         std::ranges::any_of(kVerbs, [&](auto verb) { return SameWord(verb, token.text); });
}

class RowParser {
 public:
  RowParser(std::string_view sql, std::string_view schema, const SqlDialect& dialect)
      : RowParser(Tokenize(sql, dialect, kTokensMax), schema) {}

  RowStatement Parse() {
    Begin();
    if (in_.Looking("ANALYZE") && Analyzed()) Begin();
    RowStatement out;
    if (cut_ && in_.AtEnd()) out.verb = "SET STATEMENT";  // of what, was not reached
    if (!IsRowVerb(in_.Peek())) return out;
    out.verb = Upper(in_.Peek().text);
    if (in_.Take("WITH")) CommonTables();
    out.table = Target();
    const bool known = in_.problem().empty() && out.table && !out.table->database.empty();
    if (!known) out.table.reset();
    return out;
  }

 private:
  RowParser(std::vector<Token> tokens, std::string_view schema)
      : cut_(tokens.size() == kTokensMax), in_(std::move(tokens)), schema_(schema) {}

  void Begin() {
    while (in_.Take("(") || in_.SkipSettings()) continue;
  }

  // MariaDB's ANALYZE runs the statement behind it, unless that is about a table's statistics.
  bool Analyzed() {
    in_.Take("ANALYZE");
    if (in_.Take("FORMAT")) {
      in_.Take("=");
      in_.Next();
    }
    return !in_.LookingAny({"TABLE", "LOCAL", "NO_WRITE_TO_BINLOG"});
  }

  void CommonTables() {
    in_.Take("RECURSIVE");
    do {
      in_.Name();
      in_.SkipParentheses();
      in_.Expect("AS");
      in_.SkipParentheses();
    } while (in_.Take(","));
  }

  // The only table that the statement writes to; none: it cannot be told.
  std::optional<TablePath> Target() {
    if (in_.TakeAny({"INSERT", "REPLACE"})) {
      while (in_.TakeAny({"LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"})) continue;
      in_.Take("INTO");
      return Path();
    }
    if (in_.Take("UPDATE")) {
      while (in_.TakeAny({"LOW_PRIORITY", "IGNORE"})) continue;
      TablePath table = Path();
      Alias();
      return in_.Looking("SET") ? std::optional(std::move(table)) : std::nullopt;
    }
    if (!in_.Take("DELETE")) return std::nullopt;
    while (in_.TakeAny({"LOW_PRIORITY", "QUICK", "IGNORE", "HISTORY"})) continue;
    in_.Expect("FROM");
    TablePath table = Path();
    if (!Ends()) Alias();
    return Ends() ? std::optional(std::move(table)) : std::nullopt;
  }

  TablePath Path() {
    std::string first = in_.Name();
    if (!in_.Take(".")) return {schema_, "", std::move(first)};
    return {std::move(first), "", in_.Name()};
  }

  void Alias() {
    if (in_.Take("PARTITION")) in_.SkipParentheses();
    if (in_.Looking("SET")) return;
    const bool as = in_.Take("AS");
    const TokenKind kind = in_.Peek().kind;
    if (as || kind == TokenKind::kWord || kind == TokenKind::kName) in_.Name();
  }

  bool Ends() const {
    return (in_.AtEnd() && !cut_) || in_.LookingAny({"WHERE", "ORDER", "LIMIT", "RETURNING", ";"});
  }

  const bool cut_;  // there are more tokens
  Tokens in_;
  std::string schema_;
};

}  // namespace

RowStatement RowStatementOf(std::string_view sql, std::string_view schema,
                            const SqlDialect& dialect) {
  const Token first = FirstToken(sql, dialect);
  const bool wrapped = first.kind == TokenKind::kWord &&
                       (SameWord(first.text, "SET") || SameWord(first.text, "ANALYZE"));
  if (!wrapped && !IsRowVerb(first)) return {};
  return RowParser(sql, schema, dialect).Parse();
}

}  // namespace sluice::mysql
