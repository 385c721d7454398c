// SPDX-License-Identifier: Apache-2.0
// Definitions of tables as bytes.
#include <algorithm>

#include "mysql/types.h"

namespace sluice::mysql {
namespace {

constexpr uint64_t kVersion = 2;
constexpr uint64_t kVersionWithoutIndexes = 1;  // unique keys without names, no character set

void Encode(const std::optional<uint64_t>& value, ByteWriter& out) {
  out.Bool(value.has_value()).U64(value.value_or(0));
}

std::optional<uint64_t> DecodeNumber(ByteReader& in) {
  const bool there = in.Bool();
  const uint64_t value = in.U64();
  return there ? std::optional(value) : std::nullopt;
}

void Encode(const std::vector<std::string>& texts, ByteWriter& out) {
  out.U64(texts.size());
  for (const std::string& text : texts) out.Str(text);
}

std::vector<std::string> DecodeTexts(ByteReader& in) {
  std::vector<std::string> out;
  for (uint64_t n = in.Count(); n > 0; --n) out.push_back(in.Str());
  return out;
}

ColumnFacts DecodeColumn(ByteReader& in) {
  ColumnFacts column;
  column.name = in.Str();
  column.data_type = in.Str();
  column.column_type = in.Str();
  const bool has_charset = in.Bool();
  std::string charset = in.Str();
  if (has_charset) column.charset = std::move(charset);
  column.octet_length = DecodeNumber(in);
  column.precision = DecodeNumber(in);
  column.scale = DecodeNumber(in);
  column.datetime_precision = DecodeNumber(in);
  column.nullable = in.Bool();
  column.comment = in.Str();
  return column;
}

}  // namespace

std::vector<std::vector<std::string>> TableFacts::UniqueKeys() const {
  std::vector<std::vector<std::string>> out;
  for (const IndexFacts& index : indexes) {
    const bool plain = std::ranges::none_of(index.columns, &std::string::empty);
    if (index.unique && plain) out.push_back(index.columns);
  }
  return out;
}

void Encode(const TableFacts& facts, ByteWriter& out) {
  out.U64(kVersion);
  out.Str(facts.path.database).Str(facts.path.schema).Str(facts.path.table);
  out.U64(facts.columns.size());
  for (const ColumnFacts& column : facts.columns) {
    out.Str(column.name).Str(column.data_type).Str(column.column_type);
    out.Bool(column.charset.has_value()).Str(column.charset.value_or(""));
    Encode(column.octet_length, out);
    Encode(column.precision, out);
    Encode(column.scale, out);
    Encode(column.datetime_precision, out);
    out.Bool(column.nullable).Str(column.comment);
  }
  Encode(facts.primary_key, out);
  out.U64(facts.indexes.size());
  for (const IndexFacts& index : facts.indexes) {
    out.Str(index.name).Bool(index.unique);
    Encode(index.columns, out);
  }
  out.Str(facts.charset).Str(facts.comment).U64(facts.version).Bool(facts.assumed);
}

TableFacts DecodeTableFacts(ByteReader& in) {
  TableFacts facts;
  const uint64_t version = in.U64();
  if (version != kVersion && version != kVersionWithoutIndexes) {
    in.Refuse();
    return facts;
  }
  facts.path.database = in.Str();
  facts.path.schema = in.Str();
  facts.path.table = in.Str();
  for (uint64_t n = in.Count(); n > 0; --n) facts.columns.push_back(DecodeColumn(in));
  facts.primary_key = DecodeTexts(in);
  for (uint64_t n = in.Count(); n > 0; --n) {
    IndexFacts& index = facts.indexes.emplace_back();
    if (version == kVersion) index.name = in.Str();
    index.unique = version == kVersionWithoutIndexes || in.Bool();
    index.columns = DecodeTexts(in);
  }
  if (version == kVersion) facts.charset = in.Str();
  facts.comment = in.Str();
  facts.version = in.U64();
  if (version == kVersion) facts.assumed = in.Bool();
  return facts;
}

}  // namespace sluice::mysql
