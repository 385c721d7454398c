// SPDX-License-Identifier: Apache-2.0
#include "mysql/ddl/column_parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "mysql/binlog/charset.h"

namespace sluice::mysql {
namespace {

struct TypeAlias {
  std::string_view written;
  std::string_view type;
};

constexpr auto kTypes = std::to_array<TypeAlias>({
    {"tinyint", "tinyint"},
    {"int1", "tinyint"},
    {"smallint", "smallint"},
    {"int2", "smallint"},
    {"mediumint", "mediumint"},
    {"int3", "mediumint"},
    {"middleint", "mediumint"},
    {"int", "int"},
    {"integer", "int"},
    {"int4", "int"},
    {"bigint", "bigint"},
    {"int8", "bigint"},
    {"float", "float"},
    {"float4", "float"},
    {"double", "double"},
    {"float8", "double"},
    {"decimal", "decimal"},
    {"dec", "decimal"},
    {"numeric", "decimal"},
    {"fixed", "decimal"},
    {"bit", "bit"},
    {"year", "year"},
    {"date", "date"},
    {"time", "time"},
    {"datetime", "datetime"},
    {"timestamp", "timestamp"},
    {"char", "char"},
    {"character", "char"},
    {"varchar", "varchar"},
    {"varcharacter", "varchar"},
    {"tinytext", "tinytext"},
    {"text", "text"},
    {"mediumtext", "mediumtext"},
    {"longtext", "longtext"},
    {"enum", "enum"},
    {"set", "set"},
    {"json", "json"},
    {"binary", "binary"},
    {"varbinary", "varbinary"},
    {"tinyblob", "tinyblob"},
    {"blob", "blob"},
    {"mediumblob", "mediumblob"},
    {"longblob", "longblob"},
    {"inet4", "inet4"},
    {"inet6", "inet6"},
    {"uuid", "uuid"},
    {"geometry", "geometry"},
    {"point", "point"},
    {"linestring", "linestring"},
    {"polygon", "polygon"},
    {"multipoint", "multipoint"},
    {"multilinestring", "multilinestring"},
    {"multipolygon", "multipolygon"},
    {"geomcollection", "geomcollection"},
    {"geometrycollection", "geomcollection"},
});

bool IsAscii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c & '\x80') != 0; });
}

class ColumnParser {
 public:
  ColumnParser(Tokens& in, const SqlDialect& dialect) : in_(in), dialect_(dialect) {}

  ColumnSpec Parse() {
    column_.name = in_.Name();
    Type();
    while (!in_.AtEnd() && !in_.Looking(",") && !in_.Looking(")")) Attribute();
    return std::move(column_);
  }

 private:
  void Type() {
    if (in_.Take("SERIAL")) {
      column_.type = "bigint";
      column_.is_unsigned = column_.auto_increment = column_.unique = true;
      column_.null = false;
      return;
    }
    if (in_.TakeAny({"BOOL", "BOOLEAN"})) {
      column_.type = "tinyint";
      column_.length = 1;
      return;
    }
    if (in_.Take("LONG")) return LongType();
    const bool national = in_.TakeAny({"NATIONAL"});
    if (national || in_.LookingAny({"NCHAR", "NVARCHAR"})) return NationalType();
    if (in_.Take("REAL")) {
      column_.type = dialect_.real_is_float ? "float" : "double";
    } else {
      const std::string written = Lower(in_.Name());
      const auto found = std::ranges::find(kTypes, written, &TypeAlias::written);
      if (found == kTypes.end()) return in_.Fail("a type that is known");
      column_.type = found->type;
      if (written == "double") in_.Take("PRECISION");
    }
    if (column_.type == "char" && in_.Take("VARYING")) column_.type = "varchar";
    Size();
  }

  void LongType() {
    column_.type = in_.Take("VARBINARY") ? "mediumblob" : "mediumtext";
    if (in_.TakeAny({"VARCHAR", "VARCHARACTER"}) || in_.TakeAll({"CHAR", "VARYING"})) return;
    in_.TakeAll({"CHARACTER", "VARYING"});
  }

  void NationalType() {
    const bool varies = in_.TakeAny({"NVARCHAR", "VARCHAR", "VARCHARACTER"});
    if (!varies) in_.TakeAny({"NCHAR", "CHAR", "CHARACTER"});
    const bool varying = in_.TakeAny({"VARYING", "VARCHAR", "VARCHARACTER"});
    column_.type = varies || varying ? "varchar" : "char";
    column_.charset = "utf8mb3";
    Size();
  }

  void Size() {
    if (!in_.Take("(")) return;
    if (column_.type == "enum" || column_.type == "set") {
      do {
        column_.labels.push_back(Label());
      } while (in_.Take(","));
    } else {
      column_.length = in_.Number();
      if (in_.Take(",")) column_.scale = in_.Number();
    }
    in_.Expect(")");
  }

  std::string Label() {
    if (in_.Peek().kind == TokenKind::kBytes) return in_.Next().text;
    return in_.Text();
  }

  void Attribute() {
    if (TypeAttribute() || KeyAttribute() || HarmlessAttribute()) return;
    if (in_.TakeAll({"NOT", "NULL"})) {
      column_.null = false;
    } else if (in_.Take("NULL")) {
      column_.null = true;
    } else if (in_.Take("DEFAULT")) {
      Default();
    } else if (in_.TakeAll({"ON", "UPDATE"})) {
      in_.Next();
      in_.SkipParentheses();
    } else if (in_.Take("COMMENT")) {
      column_.comment = in_.Text();
    } else if (in_.TakeAll({"GENERATED", "ALWAYS", "AS"}) || in_.Take("AS")) {
      Generated();
    } else if (in_.Take("FIRST")) {
      column_.first = true;
    } else if (in_.Take("AFTER")) {
      column_.after = in_.Name();
    } else {
      in_.Fail("an attribute of a column that is known");
    }
  }

  bool TypeAttribute() {
    if (in_.Take("UNSIGNED")) {
      column_.is_unsigned = true;
    } else if (in_.Take("ZEROFILL")) {
      column_.is_unsigned = column_.zerofill = true;
    } else if (in_.Take("ASCII")) {
      column_.charset = "latin1";
    } else if (in_.Take("UNICODE")) {
      column_.charset = "ucs2";
    } else if (in_.Take("BYTE")) {
      column_.charset = "binary";
    } else if (in_.Take("CHARSET") || in_.TakeAll({"CHARACTER", "SET"}) ||
               in_.TakeAll({"CHAR", "SET"})) {
      column_.charset = Known(CharsetNamed(in_.Name()));
    } else if (in_.Take("COLLATE")) {
      const std::string charset = Known(CharsetOfCollationNamed(in_.Name()));
      if (column_.charset.empty()) column_.charset = charset;
    } else {
      // BINARY asks for another collation of the same set; SIGNED for nothing.
      return in_.TakeAny({"SIGNED", "BINARY"});
    }
    return true;
  }

  std::string Known(std::string charset) {
    if (charset.empty()) in_.Fail("a character set that is known");
    return charset;
  }

  bool KeyAttribute() {
    if (in_.Take("AUTO_INCREMENT")) {
      column_.auto_increment = true;
    } else if (in_.Take("UNIQUE")) {
      in_.Take("KEY");
      column_.unique = true;
    } else if (in_.TakeAll({"PRIMARY", "KEY"}) || in_.Take("KEY")) {
      column_.primary = true;
    } else if (in_.TakeAll({"SERIAL", "DEFAULT", "VALUE"})) {
      column_.auto_increment = column_.unique = true;
      column_.null = false;
    } else {
      return false;
    }
    return true;
  }

  // What changes neither the rows of the log nor what is known of the column.
  bool HarmlessAttribute() {
    if (in_.TakeAny({"VISIBLE", "INVISIBLE"})) return true;
    if (in_.TakeAny({"COLUMN_FORMAT", "STORAGE", "SRID"})) {
      in_.Next();
    } else if (in_.TakeAny({"ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE"})) {
      in_.Take("=");
      in_.Next();
    } else if (in_.TakeAny({"REF_SYSTEM_ID", "COMPRESSED"})) {
      if (in_.Take("=")) in_.Next();
    } else if (in_.TakeAll({"NOT", "SECONDARY"}) ||
               in_.TakeAll({"WITHOUT", "SYSTEM", "VERSIONING"}) ||
               in_.TakeAll({"WITH", "SYSTEM", "VERSIONING"})) {
      return true;
    } else if (in_.Looking("CHECK") || in_.Looking("CONSTRAINT")) {
      if (in_.Take("CONSTRAINT") && !in_.Looking("CHECK")) in_.Name();
      in_.Expect("CHECK");
      in_.SkipParentheses();
      if (!in_.TakeAll({"NOT", "ENFORCED"})) in_.Take("ENFORCED");
    } else if (in_.Take("REFERENCES")) {
      while (!in_.AtEnd() && !in_.Looking(",") && !in_.Looking(")") && !in_.Looking("FIRST") &&
             !in_.Looking("AFTER")) {
        in_.Looking("(") ? in_.SkipParentheses() : void(in_.Next());
      }
    } else {
      return false;
    }
    return true;
  }

  void Generated() {
    if (in_.LookingAny({"ROW"})) return in_.Fail("an expression in parentheses");
    column_.generated = true;
    in_.SkipParentheses();
    in_.TakeAny({"VIRTUAL", "STORED", "PERSISTENT"});
  }

  void Default() {
    if (in_.Take("NULL")) return;
    const bool negative = in_.Take("-");
    if (!negative) in_.Take("+");
    const Token first = in_.Next();
    const bool introduced =
        first.kind == TokenKind::kWord && first.text.starts_with("_") &&
        (in_.Peek().kind == TokenKind::kText || in_.Peek().kind == TokenKind::kBytes);
    if (introduced) {
      IntroducedDefault(first.text);
    } else if (first.kind == TokenKind::kNumber) {
      NumberDefault(negative, first.text);
    } else if (first.kind == TokenKind::kBytes) {
      BytesDefault(first.text);
    } else if (first.kind == TokenKind::kText) {
      TextDefault(first.text);
    } else if (SameWord(first.text, "TRUE") || SameWord(first.text, "FALSE")) {
      NumberDefault(false, SameWord(first.text, "TRUE") ? "1" : "0");
    } else if (first.kind == TokenKind::kSymbol && first.text != "(") {
      in_.Fail("a value");
    } else {
      column_.computed = true;
      if (first.text == "(") SkipToClose();
      in_.SkipParentheses();
    }
    // Digits with a sign are numbers, and of nothing else is there a negative.
    if (negative && first.kind != TokenKind::kNumber) Computed();
  }

  void Computed() {
    column_.initial.reset();
    column_.computed = true;
  }

  bool IsNumber() const {
    return column_.type.ends_with("int") || column_.type == "decimal" || column_.type == "float" ||
           column_.type == "double" || column_.type == "year";
  }

  void NumberDefault(bool negative, const std::string& text) {
    if (column_.type == "bit") {
      Computed();
      if (!negative) BitDefault(text);
    } else {
      column_.initial = (negative ? "-" : "") + text;
    }
    if (!in_.TakeAny({"-", "+"})) return;  // 1.5e-3 comes in three pieces
    in_.Next();
    Computed();
  }

  // A number in a column of numbers, else text of the column's character set.
  void BytesDefault(const std::string& bytes) {
    const bool text = !IsNumber() && column_.type != "bit" && !column_.type.ends_with("blob") &&
                      !column_.type.ends_with("binary");
    if (text && !IsAscii(bytes)) return Computed();
    if (!IsNumber()) {
      column_.initial = bytes;
      return;
    }
    if (bytes.size() > sizeof(uint64_t)) return Computed();
    uint64_t value = 0;
    for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
    column_.initial = std::to_string(value);
  }

  void TextDefault(const std::string& first) {
    std::string text = first;
    while (in_.Peek().kind == TokenKind::kText) text += in_.Next().text;
    // '0' is another year than 0.
    const bool year = column_.type == "year" && text.size() < 4;
    if (column_.type == "bit" || year) return Computed();
    column_.initial = std::move(text);
  }

  // _latin1'x', _binary x'41'
  void IntroducedDefault(const std::string& charset) {
    const Token value = in_.Next();
    const bool bytes = value.kind == TokenKind::kBytes;
    const bool utf8 = SameWord(charset, "_utf8mb4") || SameWord(charset, "_utf8mb3") ||
                      SameWord(charset, "_utf8");
    const bool same = utf8 || SameWord(charset, "_latin1") || SameWord(charset, "_ascii") ||
                      SameWord(charset, "_binary");
    bytes ? BytesDefault(value.text) : TextDefault(value.text);
    const bool told = column_.initial && (utf8 || (same && IsAscii(*column_.initial)));
    if (!told) Computed();
  }

  // A number as the bytes that a BIT holds.
  void BitDefault(const std::string& text) {
    uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return;
    column_.computed = false;
    std::string& bytes = column_.initial.emplace((column_.length.value_or(1) + 7) / 8, '\0');
    for (auto it = bytes.rbegin(); it != bytes.rend(); ++it, value >>= 8U) {
      *it = static_cast<char>(value & 0xffU);
    }
  }

  // Behind an opening parenthesis.
  void SkipToClose() {
    while (!in_.AtEnd() && !in_.Take(")")) {
      in_.Looking("(") ? in_.SkipParentheses() : void(in_.Next());
    }
  }

  Tokens& in_;
  const SqlDialect& dialect_;
  ColumnSpec column_;
};

}  // namespace

std::string CharsetNamed(std::string_view name) {
  const Charset* found = Charset::Find(name);
  return found == nullptr ? "" : std::string(found->name());
}

std::string CharsetOfCollationNamed(std::string_view name) {
  return CharsetNamed(name.substr(0, std::min(name.find('_'), name.size())));
}

ColumnSpec ParseColumn(Tokens& in, const SqlDialect& dialect) {
  return ColumnParser(in, dialect).Parse();
}

bool LookingAtKey(const Tokens& in) {
  return in.LookingAny({"CONSTRAINT", "PRIMARY", "UNIQUE", "INDEX", "KEY", "FULLTEXT", "SPATIAL",
                        "FOREIGN", "CHECK"});
}

std::vector<std::string> ParseKeyParts(Tokens& in) {
  std::vector<std::string> out;
  in.Expect("(");
  do {
    if (in.Looking("(")) {
      out.emplace_back();
      in.SkipParentheses();
    } else {
      out.push_back(in.Name());
      in.SkipParentheses();
    }
    in.TakeAny({"ASC", "DESC"});
  } while (in.Take(","));
  in.Expect(")");
  return out;
}

std::optional<KeySpec> ParseKey(Tokens& in) {
  KeySpec key;
  const bool constraint = in.Take("CONSTRAINT");
  const auto kinds = {"PRIMARY", "UNIQUE", "FOREIGN", "CHECK"};
  const bool named =
      std::ranges::none_of(kinds, [&](const char* word) { return in.Looking(word); });
  if (constraint && named) key.name = in.Name();
  if (in.Take("CHECK")) {
    in.SkipParentheses();
    in.SkipClause();
    return std::nullopt;
  }
  if (in.TakeAll({"PRIMARY", "KEY"})) {
    key.kind = KeySpec::Kind::kPrimary;
  } else if (in.TakeAll({"FOREIGN", "KEY"})) {
    key.kind = KeySpec::Kind::kForeign;
  } else if (in.Take("UNIQUE")) {
    key.kind = KeySpec::Kind::kUnique;
    in.TakeAny({"INDEX", "KEY"});
  } else {
    in.TakeAny({"FULLTEXT", "SPATIAL"});
    in.TakeAny({"INDEX", "KEY"});
  }
  key.if_not_exists = in.TakeAll({"IF", "NOT", "EXISTS"});
  if (!in.Looking("(") && !in.LookingAny({"USING", "TYPE"})) {
    std::string name = in.Name();
    // Of a foreign key the constraint's name counts; a primary key is always PRIMARY.
    if (key.kind != KeySpec::Kind::kForeign || key.name.empty()) key.name = std::move(name);
  }
  if (in.TakeAny({"USING", "TYPE"})) in.Name();
  key.columns = ParseKeyParts(in);
  in.SkipClause();
  return key;
}

}  // namespace sluice::mysql
