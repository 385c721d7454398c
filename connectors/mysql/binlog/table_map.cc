// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/table_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/binlog/cursor.h"
#include "mysql/binlog/decimal.h"

namespace sluice::mysql {
namespace {

constexpr uint64_t kColumnsMax = 4096;

// Whether the column has a bit of signedness. YEAR has one, which means nothing.
bool HasSign(WireType type) {
  switch (type) {
    case WireType::kYear:
    case WireType::kTiny:
    case WireType::kShort:
    case WireType::kInt24:
    case WireType::kLong:
    case WireType::kLongLong:
    case WireType::kNewDecimal:
    case WireType::kFloat:
    case WireType::kDouble:
      return true;
    default:
      return false;
  }
}

bool IsCharacter(WireType type) {
  return type == WireType::kString || type == WireType::kVarString || type == WireType::kVarchar ||
         type == WireType::kBlob || type == WireType::kVarcharCompressed ||
         type == WireType::kBlobCompressed;
}

bool IsLabelled(WireType type) {
  return type == WireType::kEnum || type == WireType::kSet;
}

// A CHAR's length can need two more bits than its byte; they are kept, inverted, in the type byte.
void ReadStringMeta(Cursor& in, MappedColumn& column) {
  const uint8_t type = in.U8();
  const uint8_t length = in.U8();
  if ((type & 0x30U) != 0x30U) {
    column.type = static_cast<WireType>(type | 0x30U);
    column.length = length | ((type & 0x30U) ^ 0x30U) << 4U;
  } else {
    column.type = static_cast<WireType>(type);
    column.length = length;
  }
}

// Reads what the metadata block holds for a column of `column.type`.
bool ReadMeta(Cursor& in, MappedColumn& column) {
  switch (column.type) {
    case WireType::kVarchar:
    case WireType::kVarString:
    case WireType::kVarcharCompressed:
      column.length = in.U16();
      return true;
    case WireType::kString:
      ReadStringMeta(in, column);
      return column.type == WireType::kString || IsLabelled(column.type);
    case WireType::kNewDecimal:
      column.length = in.U8();
      column.scale = in.U8();
      return PackedDecimalSize(column.length, column.scale) != 0;
    case WireType::kBit: {
      const uint8_t bits = in.U8();
      column.length = in.U8() * 8U + bits;
      return column.length <= 64;
    }
    case WireType::kFloat:
    case WireType::kDouble:
      column.length = in.U8();
      return true;
    case WireType::kBlob:
    case WireType::kBlobCompressed:
    case WireType::kJson:
    case WireType::kGeometry:
      column.length = in.U8();
      return column.length >= 1 && column.length <= 4;
    case WireType::kTimestamp2:
    case WireType::kDateTime2:
    case WireType::kTime2:
      column.length = in.U8();
      return column.length <= 6;
    case WireType::kTiny:
    case WireType::kShort:
    case WireType::kLong:
    case WireType::kLongLong:
    case WireType::kInt24:
    case WireType::kTimestamp:
    case WireType::kDate:
    case WireType::kTime:
    case WireType::kDateTime:
    case WireType::kYear:
    case WireType::kNewDate:
      return true;
    default:
      return false;
  }
}

// The optional fields behind the null bitmap: type, length, value.
class OptionalFields {
 public:
  explicit OptionalFields(TableMap& map) : map_(map) {}

  bool Read(Cursor in) {
    while (in.ok() && !in.empty()) {
      const uint8_t type = in.U8();
      Cursor value(in.Take(in.LenEnc()));
      if (!in.ok() || !ReadField(type, value) || !value.ok()) return false;
    }
    return in.ok();
  }

 private:
  bool ReadField(uint8_t type, Cursor& in) {
    switch (type) {
      case 1:
        return ReadBits(in, HasSign, [](MappedColumn& c, bool bit) {
          if (c.type != WireType::kYear) c.is_unsigned = bit;
        });
      case 2:
        return ReadDefaultCollation(in, IsCharacter);
      case 3:
        return ReadCollations(in, IsCharacter);
      case 4:
        return ReadNames(in);
      case 5:
        return ReadLabels(in, WireType::kSet);
      case 6:
        return ReadLabels(in, WireType::kEnum);
      case 7:
        return ReadEach(
            in, [](WireType t) { return t == WireType::kGeometry; },
            [](MappedColumn& c, uint64_t v) { c.geometry_type = static_cast<uint32_t>(v); });
      case 8:
        return ReadKey(in, false);
      case 9:
        return ReadKey(in, true);
      case 10:
        return ReadDefaultCollation(in, IsLabelled);
      case 11:
        return ReadCollations(in, IsLabelled);
      case 12:
        return ReadBits(
            in, [](WireType) { return true; }, [](MappedColumn& c, bool bit) { c.visible = bit; });
      default:
        return true;  // a field of a newer server
    }
  }

  // One bit for each column that `applies`, first in the high bit.
  template <typename Applies, typename Set>
  bool ReadBits(Cursor& in, Applies applies, Set set) {
    const std::string_view bits = in.Rest();
    size_t i = 0;
    for (MappedColumn& column : map_.columns) {
      if (!applies(column.type)) continue;
      if (i / 8 >= bits.size()) return false;
      set(column, (static_cast<unsigned char>(bits[i / 8]) & (0x80U >> (i % 8))) != 0);
      ++i;
    }
    return true;
  }

  template <typename Applies, typename Set>
  bool ReadEach(Cursor& in, Applies applies, Set set) {
    for (MappedColumn& column : map_.columns) {
      if (applies(column.type)) set(column, in.LenEnc());
    }
    return in.ok();
  }

  bool ReadCollations(Cursor& in, bool (*applies)(WireType)) {
    return ReadEach(in, applies, [](MappedColumn& column, uint64_t value) {
      column.collation = static_cast<uint32_t>(value);
    });
  }

  // One collation for all, then pairs of column (counted among those it applies to) and collation.
  bool ReadDefaultCollation(Cursor& in, bool (*applies)(WireType)) {
    const auto common = static_cast<uint32_t>(in.LenEnc());
    std::vector<MappedColumn*> those;
    for (MappedColumn& column : map_.columns) {
      if (!applies(column.type)) continue;
      column.collation = common;
      those.push_back(&column);
    }
    while (in.ok() && !in.empty()) {
      const uint64_t index = in.LenEnc();
      const auto collation = static_cast<uint32_t>(in.LenEnc());
      if (index >= those.size()) return false;
      those[index]->collation = collation;
    }
    return in.ok();
  }

  bool ReadNames(Cursor& in) {
    for (MappedColumn& column : map_.columns) column.name = in.Take(in.LenEnc());
    return in.ok();
  }

  bool ReadLabels(Cursor& in, WireType type) {
    for (MappedColumn& column : map_.columns) {
      if (column.type != type) continue;
      const uint64_t count = in.LenEnc();
      for (uint64_t i = 0; i < count && in.ok(); ++i) {
        column.labels.emplace_back(in.Take(in.LenEnc()));
      }
    }
    return in.ok();
  }

  bool ReadKey(Cursor& in, bool prefixes) {
    map_.primary_key.clear();
    while (in.ok() && !in.empty()) {
      const uint64_t index = in.LenEnc();
      if (prefixes) in.LenEnc();
      if (index >= map_.columns.size()) return false;
      map_.primary_key.push_back(static_cast<uint32_t>(index));
    }
    return in.ok();
  }

  TableMap& map_;
};

Status Damaged(const TableMapView& view) {
  return {Code::kCorruption,
          fmt::format("the TABLE_MAP event of {}.{} is damaged", view.database, view.table)};
}

Status ReadTypes(Cursor& in, TableMap& map) {
  const std::string_view types = in.Take(map.columns.size());
  Cursor meta(in.Take(in.LenEnc()));
  const std::string_view nullable = in.Take((map.columns.size() + 7) / 8);
  if (!in.ok()) return in.Check("a TABLE_MAP event");
  for (size_t i = 0; i < map.columns.size(); ++i) {
    MappedColumn& column = map.columns[i];
    column.type = static_cast<WireType>(static_cast<uint8_t>(types[i]));
    column.nullable = BitOf(nullable, i);
    if (!ReadMeta(meta, column)) {
      return {Code::kUnsupported,
              fmt::format("column {} of {}.{} has the type {} ({}) in the binary log", i + 1,
                          map.database, map.table, WireTypeName(column.type),
                          static_cast<unsigned>(column.type))};
    }
  }
  return meta.Check("a TABLE_MAP event");
}

}  // namespace

Result<TableMap> TableMap::Parse(const TableMapView& view) {
  TableMap map;
  map.table_id = view.table_id;
  map.database = view.database;
  map.table = view.table;
  Cursor in(view.body);
  in.Skip(view.database.size() + 2 + view.table.size() + 2);
  const uint64_t count = in.LenEnc();
  if (!in.ok() || count == 0 || count > kColumnsMax) return Fail(Damaged(view));
  map.columns.resize(count);
  RETURN_IF_ERROR(ReadTypes(in, map));
  if (!OptionalFields(map).Read(Cursor(in.Rest()))) return Fail(Damaged(view));
  return map;
}

std::string_view WireTypeName(WireType type) {
  switch (type) {
    case WireType::kDecimal:
      return "OLD_DECIMAL";
    case WireType::kTiny:
      return "TINYINT";
    case WireType::kShort:
      return "SMALLINT";
    case WireType::kLong:
      return "INT";
    case WireType::kFloat:
      return "FLOAT";
    case WireType::kDouble:
      return "DOUBLE";
    case WireType::kNull:
      return "NULL";
    case WireType::kTimestamp:
    case WireType::kTimestamp2:
      return "TIMESTAMP";
    case WireType::kLongLong:
      return "BIGINT";
    case WireType::kInt24:
      return "MEDIUMINT";
    case WireType::kDate:
    case WireType::kNewDate:
      return "DATE";
    case WireType::kTime:
    case WireType::kTime2:
      return "TIME";
    case WireType::kDateTime:
    case WireType::kDateTime2:
      return "DATETIME";
    case WireType::kYear:
      return "YEAR";
    case WireType::kVarchar:
    case WireType::kVarString:
    case WireType::kVarcharCompressed:
      return "VARCHAR";
    case WireType::kBit:
      return "BIT";
    case WireType::kTypedArray:
      return "TYPED_ARRAY";
    case WireType::kJson:
      return "JSON";
    case WireType::kNewDecimal:
      return "DECIMAL";
    case WireType::kEnum:
      return "ENUM";
    case WireType::kSet:
      return "SET";
    case WireType::kTinyBlob:
    case WireType::kMediumBlob:
    case WireType::kLongBlob:
    case WireType::kBlob:
    case WireType::kBlobCompressed:
      return "BLOB";
    case WireType::kString:
      return "CHAR";
    case WireType::kGeometry:
      return "GEOMETRY";
  }
  return "UNKNOWN";
}

}  // namespace sluice::mysql
