// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mysql/ddl/apply.h"

namespace sluice::mysql {
namespace {

// Of one type without parameters: digits, and the width that ZEROFILL shows.
struct IntegerType {
  std::string_view name;
  uint64_t precision;
  uint64_t unsigned_precision;
  uint64_t width;
};
constexpr auto kIntegers = std::to_array<IntegerType>({{"tinyint", 3, 3, 3},
                                                       {"smallint", 5, 5, 5},
                                                       {"mediumint", 7, 7, 8},
                                                       {"int", 10, 10, 10},
                                                       {"bigint", 19, 20, 20}});

struct LongType {
  std::string_view text;
  std::string_view bytes;
  uint64_t length;  // of the longest value, in bytes
};
constexpr auto kLongTypes = std::to_array<LongType>({{"tinytext", "tinyblob", 255},
                                                     {"text", "blob", 65'535},
                                                     {"mediumtext", "mediumblob", 16'777'215},
                                                     {"longtext", "longblob", 4'294'967'295}});
constexpr uint64_t kVarcharBytesMax = 65'535;

const LongType& LongTypeOf(uint64_t bytes) {
  for (const LongType& type : kLongTypes) {
    if (bytes <= type.length) return type;
  }
  return kLongTypes.back();
}

struct CharsetSize {
  std::string_view charset;
  uint64_t bytes;
};
constexpr auto kSizes = std::to_array<CharsetSize>({{"big5", 2},
                                                    {"ujis", 3},
                                                    {"sjis", 2},
                                                    {"euckr", 2},
                                                    {"gb2312", 2},
                                                    {"gbk", 2},
                                                    {"utf8mb3", 3},
                                                    {"utf8", 3},
                                                    {"ucs2", 2},
                                                    {"utf8mb4", 4},
                                                    {"utf16", 4},
                                                    {"utf16le", 4},
                                                    {"utf32", 4},
                                                    {"cp932", 2},
                                                    {"eucjpms", 3},
                                                    {"gb18030", 4}});

// Bytes of the longest character of a set.
uint64_t LongestCharacter(std::string_view charset) {
  const auto found = std::ranges::find(kSizes, charset, &CharsetSize::charset);
  return found == kSizes.end() ? 1 : found->bytes;
}

// ASCII is the same in every set but those of two and four bytes a character.
bool SameBytes(std::string_view text, std::string_view charset) {
  const bool wide = charset == "ucs2" || charset.starts_with("utf16") || charset == "utf32";
  return !wide && std::ranges::none_of(text, [](char c) { return (c & '\x80') != 0; });
}

uint64_t Characters(std::string_view utf8) {
  return static_cast<uint64_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

// As the server shows labels: 'it''s'.
std::string QuoteLabel(std::string_view label) {
  std::string out = "'";
  for (const char c : label) {
    switch (c) {
      case '\0':
        out += "\\0";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\'':
        out += "''";
        break;
      default:
        out += c;
    }
  }
  return out + "'";
}

class FactsMaker {
 public:
  FactsMaker(const ColumnSpec& spec, const TableFacts& table, const StatementSession& session)
      : spec_(spec), table_(table), session_(session) {}

  Result<ColumnFacts> Make() {
    facts_.name = spec_.name;
    facts_.comment = spec_.comment;
    facts_.data_type = spec_.type;
    RETURN_IF_ERROR(Type());
    RETURN_IF_ERROR(Nullability());
    return std::move(facts_);
  }

 private:
  Status Nullability() {
    if (spec_.null) {
      facts_.nullable = *spec_.null;
    } else if (spec_.type == "timestamp" && !spec_.generated) {
      if (!session_.explicit_timestamps) {
        return {Code::kUnsupported,
                fmt::format("whether TIMESTAMP column {} may be null is not written", spec_.name)};
      }
      facts_.nullable = *session_.explicit_timestamps;
    }
    if (spec_.primary || spec_.auto_increment) facts_.nullable = false;
    return {};
  }

  Status Type() {
    if (const auto integer = std::ranges::find(kIntegers, spec_.type, &IntegerType::name);
        integer != kIntegers.end()) {
      Integer(*integer);
    } else if (spec_.type == "decimal") {
      Decimal();
    } else if (spec_.type == "float" || spec_.type == "double") {
      Real();
    } else if (spec_.type == "bit") {
      facts_.precision = std::max<uint64_t>(spec_.length.value_or(1), 1);
      facts_.column_type = fmt::format("bit({})", *facts_.precision);
    } else if (spec_.type == "time" || spec_.type == "datetime" || spec_.type == "timestamp") {
      facts_.datetime_precision = spec_.length.value_or(0);
      facts_.column_type = spec_.type;
      if (*facts_.datetime_precision > 0) {
        facts_.column_type += fmt::format("({})", *facts_.datetime_precision);
      }
    } else if (spec_.type == "json" && session_.dialect.mariadb) {
      facts_.data_type = facts_.column_type = "longtext";
      facts_.charset = "utf8mb4";
      facts_.octet_length = kLongTypes.back().length;
    } else {
      return TextOrPlain();
    }
    return {};
  }

  void Integer(const IntegerType& type) {
    const bool wide = spec_.is_unsigned;
    facts_.precision = wide ? type.unsigned_precision : type.precision;
    facts_.scale = 0;
    facts_.column_type = spec_.type;
    if (spec_.zerofill) {
      facts_.column_type += fmt::format("({})", spec_.length.value_or(type.width));
    } else if (spec_.type == "tinyint" && spec_.length == 1U && !wide) {
      facts_.column_type += "(1)";
    }
    Signs();
  }

  void Signs() {
    if (spec_.is_unsigned) facts_.column_type += " unsigned";
    if (spec_.zerofill) facts_.column_type += " zerofill";
  }

  void Decimal() {
    const uint64_t precision = spec_.length.value_or(10);
    facts_.precision = precision == 0 ? 10 : precision;
    facts_.scale = spec_.scale.value_or(0);
    facts_.column_type = fmt::format("decimal({},{})", *facts_.precision, *facts_.scale);
    Signs();
  }

  void Real() {
    constexpr uint64_t kFloatBits = 24;
    if (spec_.type == "float" && spec_.length && !spec_.scale && *spec_.length > kFloatBits) {
      facts_.data_type = "double";
    }
    const bool single = facts_.data_type == "float";
    facts_.column_type = facts_.data_type;
    facts_.precision = single ? 12 : 22;
    if (spec_.scale) {
      facts_.precision = spec_.length;
      facts_.scale = spec_.scale;
      facts_.column_type += fmt::format("({},{})", *spec_.length, *spec_.scale);
    }
    Signs();
  }

  Status TextOrPlain() {
    static constexpr std::string_view kTexts[] = {"char",     "varchar", "tinytext",   "text",
                                                  "longtext", "enum",    "mediumtext", "set"};
    const std::string& type = spec_.type;
    if (std::ranges::find(kTexts, type) != std::end(kTexts)) {
      facts_.charset = spec_.charset;
      if (facts_.charset->empty()) facts_.charset = table_.charset;
      if (facts_.charset->empty()) {
        return {Code::kUnsupported,
                fmt::format("the character set of column {} is not written", spec_.name)};
      }
      return Text();
    }
    if (type == "binary" || type == "varbinary") {
      Bytes(type, spec_.length.value_or(1));
    } else if (type.ends_with("blob")) {
      SetLong(type, spec_.length.value_or(0));
    } else {
      facts_.column_type = type;  // dates, JSON, geometry, addresses
    }
    return {};
  }

  Status Text() {
    const std::string& type = spec_.type;
    const uint64_t each = LongestCharacter(*facts_.charset);
    if (type == "enum" || type == "set") return Labels(each);
    const bool bytes = *facts_.charset == "binary";
    if (bytes) facts_.charset.reset();
    const uint64_t length = spec_.length.value_or(1);
    if (type != "char" && type != "varchar") {
      SetLong(type, spec_.length.value_or(0) * each, bytes);
    } else if (bytes) {
      Bytes(type == "char" ? "binary" : "varbinary", length);
    } else if (type == "varchar" && length * each > kVarcharBytesMax) {
      SetLong("text", length * each);
    } else {
      facts_.octet_length = length * each;
      facts_.column_type = fmt::format("{}({})", type, length);
    }
    return {};
  }

  void Bytes(std::string_view type, uint64_t length) {
    if (type == "varbinary" && length > kVarcharBytesMax) return SetLong("blob", length);
    facts_.data_type = type;
    facts_.octet_length = length;
    facts_.column_type = fmt::format("{}({})", type, length);
  }

  // A length in the statement chooses among the long types.
  void SetLong(std::string_view type, uint64_t bytes, bool as_bytes = false) {
    const auto named = std::ranges::find_if(
        kLongTypes, [&](const LongType& one) { return one.text == type || one.bytes == type; });
    const LongType& chosen = bytes == 0 ? *named : LongTypeOf(bytes);
    const bool blob = as_bytes || named->bytes == type;
    facts_.data_type = facts_.column_type = blob ? chosen.bytes : chosen.text;
    facts_.octet_length = chosen.length;
  }

  Status Labels(uint64_t each) {
    if (*facts_.charset == "binary") {
      return {Code::kUnsupported,
              fmt::format("the labels of column {} are bytes without a character set", spec_.name)};
    }
    uint64_t longest = 0;
    uint64_t sum = 0;
    std::string list;
    for (std::string label : spec_.labels) {
      label.erase(label.find_last_not_of(' ') + 1);
      longest = std::max(longest, Characters(label));
      sum += Characters(label) + (list.empty() ? 0 : 1);
      list += (list.empty() ? "" : ",") + QuoteLabel(label);
    }
    facts_.octet_length = (spec_.type == "enum" ? longest : sum) * each;
    facts_.column_type = fmt::format("{}({})", spec_.type, list);
    return {};
  }

  const ColumnSpec& spec_;
  const TableFacts& table_;
  const StatementSession& session_;
  ColumnFacts facts_;
};

}  // namespace

Result<ColumnFacts> Converted(ColumnFacts column, const std::string& charset) {
  if (!column.charset) return column;
  if (charset == "binary") {
    return Fail(Code::kUnsupported, fmt::format("column {} becomes binary", column.name));
  }
  const bool labels = column.data_type == "enum" || column.data_type == "set";
  if (labels && charset != *column.charset && !SameBytes(column.column_type, charset)) {
    return Fail(Code::kUnsupported,
                fmt::format("servers take the labels of column {} for {} without converting them",
                            column.name, charset));
  }
  const uint64_t each = LongestCharacter(charset);
  const uint64_t bytes = column.octet_length.value_or(0) / LongestCharacter(*column.charset) * each;
  column.charset = charset;
  const bool varies = column.data_type == "varchar" && bytes > kVarcharBytesMax;
  if (varies || column.data_type.ends_with("text")) {
    const LongType& type = LongTypeOf(bytes);
    column.data_type = column.column_type = type.text;
    column.octet_length = type.length;
  } else {
    column.octet_length = bytes;
  }
  return column;
}

Result<ColumnFacts> FactsOf(const ColumnSpec& spec, const TableFacts& table,
                            const StatementSession& session) {
  return FactsMaker(spec, table, session).Make();
}

}  // namespace sluice::mysql
