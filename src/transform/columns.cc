// SPDX-License-Identifier: Apache-2.0
#include "transform/columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/suggest.h"

namespace sluice {

Result<std::vector<uint32_t>> FindColumns(const Schema& in, std::span<const std::string> names,
                                          std::string_view option) {
  std::vector<std::string> known;
  for (const ColumnInfo& column : in.columns) known.push_back(column.name);
  std::vector<uint32_t> found;
  std::string missing;
  for (const std::string& name : names) {
    if (const auto at = in.Find(name)) {
      found.push_back(*at);
      continue;
    }
    const auto near = Nearest(name, known);
    missing += fmt::format("{}'{}'{}", missing.empty() ? "" : ", ", name,
                           near ? fmt::format(" (did you mean '{}'?)", *near) : "");
  }
  if (missing.empty()) return found;
  return Fail(Code::kInvalidConfig,
              fmt::format("'{}' names columns that table {} does not have: {}", option,
                          in.path.ToString(), missing));
}

Result<std::vector<uint32_t>> FindTexts(const Schema& in, std::span<const std::string> names,
                                        std::string_view option) {
  ASSIGN_OR_RETURN(std::vector<uint32_t> found, FindColumns(in, names, option));
  std::string others;
  for (const uint32_t index : found) {
    const ColumnInfo& column = in.columns[index];
    if (column.type.kind == TypeKind::kString) continue;
    others += fmt::format("{}'{}' of type {}", others.empty() ? "" : ", ", column.name,
                          column.type.ToString());
  }
  if (others.empty()) return found;
  return Fail(Code::kInvalidConfig,
              fmt::format("'{}' takes columns of type STRING, but table {} has {}", option,
                          in.path.ToString(), others));
}

Schema Pick(const Schema& in, std::span<const uint32_t> picks) {
  Schema out = in;
  out.columns.clear();
  for (const uint32_t index : picks) out.columns.push_back(in.columns[index]);
  const auto stays = [&](std::vector<uint32_t>& key) {
    for (uint32_t& index : key) {
      const auto at = std::ranges::find(picks, index);
      if (at == picks.end()) return false;
      index = static_cast<uint32_t>(at - picks.begin());
    }
    return true;
  };
  if (!stays(out.primary_key)) out.primary_key.clear();
  std::erase_if(out.unique_keys, [&](std::vector<uint32_t>& key) { return !stays(key); });
  return out;
}

uint32_t Put(Schema& schema, ColumnInfo column) {
  const auto at = schema.Find(column.name);
  if (!at) {
    schema.columns.push_back(std::move(column));
    return static_cast<uint32_t>(schema.columns.size() - 1);
  }
  schema.columns[*at] = std::move(column);
  const auto holds = [&](const std::vector<uint32_t>& key) {
    return std::ranges::find(key, *at) != key.end();
  };
  if (holds(schema.primary_key)) schema.primary_key.clear();
  std::erase_if(schema.unique_keys, holds);
  return *at;
}

Status PickStep::Apply(ChunkPtr chunk, Emitter& to) {
  std::vector<ColumnPtr> columns;
  columns.reserve(picks_.size());
  for (const uint32_t index : picks_) columns.push_back(chunk->shared_column(index));
  to.Emit(Chunk::WithColumns(chunk, out(), std::move(columns)));
  return {};
}

ChunkPtr WithMade(const ChunkPtr& chunk, const SchemaRef& schema, std::span<const uint32_t> places,
                  std::vector<ColumnPtr> made) {
  std::vector<ColumnPtr> columns = chunk->shared_columns();
  columns.resize(schema->columns.size());
  for (size_t i = 0; i < places.size(); ++i) columns[places[i]] = std::move(made[i]);
  return Chunk::WithColumns(chunk, schema, std::move(columns));
}

}  // namespace sluice
