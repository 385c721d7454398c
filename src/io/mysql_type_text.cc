// SPDX-License-Identifier: Apache-2.0
#include "io/mysql_type_text.h"

#include <fmt/format.h>

namespace sluice {
namespace {

constexpr unsigned kBinary = 63;       // the character set of bytes
constexpr unsigned long kUtf8Max = 4;  // bytes of a character; the connection speaks utf8mb4

std::string Text(const MYSQL_FIELD& field) {
  const bool bytes = field.charsetnr == kBinary;
  const unsigned long length = bytes ? field.length : field.length / kUtf8Max;
  if ((field.flags & ENUM_FLAG) != 0) return "enum";
  if ((field.flags & SET_FLAG) != 0) return "set";
  const bool fixed = field.type == MYSQL_TYPE_STRING;
  return fmt::format("{}{}({})", fixed ? "" : "var", bytes ? "binary" : "char", length);
}

std::string Blob(const MYSQL_FIELD& field) {
  const bool bytes = field.charsetnr == kBinary;
  const char* size = "long";
  if (field.length <= 255) {
    size = "tiny";
  } else if (field.length <= 65'535UL * (bytes ? 1 : kUtf8Max)) {
    size = "";
  } else if (field.length <= 16'777'215UL * (bytes ? 1 : kUtf8Max)) {
    size = "medium";
  }
  return fmt::format("{}{}", size, bytes ? "blob" : "text");
}

std::string Decimal(const MYSQL_FIELD& field) {
  // The length counts a sign and a point.
  const bool is_unsigned = (field.flags & UNSIGNED_FLAG) != 0;
  const unsigned long precision =
      field.length - (field.decimals > 0 ? 1 : 0) - (is_unsigned || field.length == 0 ? 0 : 1);
  return fmt::format("decimal({},{})", precision, field.decimals);
}

std::string Moment(const char* name, const MYSQL_FIELD& field) {
  const bool known = field.decimals > 0 && field.decimals <= 6;
  return known ? fmt::format("{}({})", name, field.decimals) : name;
}

std::string Name(const MYSQL_FIELD& field) {
  switch (field.type) {
    case MYSQL_TYPE_TINY:
      return fmt::format("tinyint({})", field.length);
    case MYSQL_TYPE_SHORT:
      return "smallint";
    case MYSQL_TYPE_INT24:
      return "mediumint";
    case MYSQL_TYPE_LONG:
      return "int";
    case MYSQL_TYPE_LONGLONG:
      return "bigint";
    case MYSQL_TYPE_FLOAT:
      return "float";
    case MYSQL_TYPE_DOUBLE:
      return "double";
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
      return Decimal(field);
    case MYSQL_TYPE_BIT:
      return fmt::format("bit({})", field.length);
    case MYSQL_TYPE_YEAR:
      return "year";
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
      return "date";
    case MYSQL_TYPE_TIME:
      return Moment("time", field);
    case MYSQL_TYPE_DATETIME:
      return Moment("datetime", field);
    case MYSQL_TYPE_TIMESTAMP:
      return Moment("timestamp", field);
    case MYSQL_TYPE_JSON:
      return "json";
    case MYSQL_TYPE_GEOMETRY:
      return "geometry";
    case MYSQL_TYPE_NULL:
      return "varchar(1)";  // SELECT NULL
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
      return Blob(field);
    default:
      return Text(field);
  }
}

}  // namespace

std::string MysqlTypeText(const MYSQL_FIELD& field) {
  const bool number = field.type == MYSQL_TYPE_NEWDECIMAL || (field.flags & NUM_FLAG) != 0;
  const bool is_unsigned = number && (field.flags & UNSIGNED_FLAG) != 0 &&
                           field.type != MYSQL_TYPE_YEAR && field.type != MYSQL_TYPE_BIT &&
                           field.type != MYSQL_TYPE_TIMESTAMP;
  return Name(field) + (is_unsigned ? " unsigned" : "");
}

}  // namespace sluice
