// SPDX-License-Identifier: Apache-2.0
#include "kit/values/values_store.h"

#include <algorithm>

namespace sluice::kit {
namespace {

SchemaRef MakeTable(const std::string& name) {
  auto schema = std::make_shared<Schema>();
  schema->path = {"values", "", name};
  schema->columns = {{.name = "id", .type = Of(TypeKind::kBigInt), .nullable = false},
                     {.name = "name", .type = Of(TypeKind::kString)},
                     {.name = "price", .type = Decimal(38, 2)}};
  schema->primary_key = {0};
  return schema;
}

}  // namespace

const std::vector<SchemaRef>& ValuesStore::Tables() {
  static const std::vector<SchemaRef> tables = {MakeTable("items"), MakeTable("marks")};
  return tables;
}

void ValuesStore::Clear() {
  log_.clear();
}

void ValuesStore::Put(size_t table, const ValuesRow& row) {
  const ValuesRows now = At(log_.size(), table);
  const auto held = now.find(row.id);
  log_.push_back({table, held == now.end() ? std::nullopt : std::optional(held->second), row});
}

void ValuesStore::ChangeKey(size_t table, int64_t from, int64_t to) {
  ValuesRow row = At(log_.size(), table).at(from);
  const ValuesRow before = row;
  row.id = to;
  log_.push_back({table, before, row});
}

void ValuesStore::Delete(size_t table, int64_t id) {
  log_.push_back({table, At(log_.size(), table).at(id), std::nullopt});
}

ValuesRows ValuesStore::At(size_t place, size_t table) const {
  ValuesRows rows;
  for (size_t i = 0; i < place; ++i) {
    const ValuesChange& change = log_[i];
    if (change.table != table) continue;
    if (change.before) rows.erase(change.before->id);
    if (change.after) rows[change.after->id] = *change.after;
  }
  return rows;
}

Contents ValuesStore::Now() const {
  Contents out;
  for (size_t table = 0; table < Tables().size(); ++table) {
    ChunkBuilder builder(Tables()[table]);
    for (const auto& [id, row] : At(log_.size(), table)) {
      AppendRow(row, RowKind::kInsert, builder);
      out[builder.schema()->path.ToString()].insert(RowText(*builder.Finish(0), 0));
    }
  }
  return out;
}

Status ValuesStore::Reach(uint64_t epoch) const {
  if (epoch == epoch_) return {};
  return {Code::kUnavailable, "the values store was restarted"};
}

Result<std::vector<ValuesRow>> ValuesStore::FetchRows(Faults& faults, uint64_t epoch, size_t place,
                                                      size_t table, int64_t from, int64_t to,
                                                      size_t most) const {
  return faults.Call<std::vector<ValuesRow>>("rows", [&]() -> Result<std::vector<ValuesRow>> {
    RETURN_IF_ERROR(Reach(epoch));
    std::vector<ValuesRow> out;
    for (const auto& [id, row] : At(place, table)) {
      if (id >= from && id < to && out.size() < most) out.push_back(row);
    }
    return out;
  });
}

Result<std::vector<ValuesChange>> ValuesStore::FetchLog(Faults& faults, uint64_t epoch, size_t from,
                                                        size_t most) const {
  return faults.Call<std::vector<ValuesChange>>("log", [&]() -> Result<std::vector<ValuesChange>> {
    RETURN_IF_ERROR(Reach(epoch));
    const size_t first = std::min(from, log_.size());
    const size_t count = std::min(most, log_.size() - first);
    const auto begin = log_.begin() + static_cast<ptrdiff_t>(first);
    return std::vector<ValuesChange>(begin, begin + static_cast<ptrdiff_t>(count));
  });
}

void AppendRow(const ValuesRow& row, RowKind kind, ChunkBuilder& out) {
  out.column(0).Append<int64_t>(row.id);
  if (row.name) {
    out.column(1).AppendText(*row.name);
  } else {
    out.column(1).AppendNull();
  }
  if (row.price) {
    out.column(2).Append<Int128>(*row.price);
  } else {
    out.column(2).AppendNull();
  }
  out.EndRow(kind);
}

}  // namespace sluice::kit
