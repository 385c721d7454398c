// SPDX-License-Identifier: Apache-2.0
#include "sim/loaded_rows.h"

#include <nlohmann/json.hpp>

#include "sim/rows.h"

namespace sluice::sim {
namespace {

using Json = nlohmann::json;

// What the row must look like.
Json Expected(const SimSource& source, bool upserts, const RowRef& row) {
  Json expected = {{"id", IdOf(source, row)}, {"split", row.split}, {"seq", row.seq}};
  const uint32_t version = source.VersionOf(row);
  const bool deletes = upserts && source.change(row).removes;
  if (version > 0) expected[VersionColumn(version)] = VersionValue(row);
  if (version > 0 && deletes) expected[VersionColumn(version)] = nullptr;
  if (upserts) expected["__op"] = deletes ? 1 : 0;
  return expected;
}

}  // namespace

Result<std::vector<LoadedRow>> ReadRows(const SimSource& source, bool upserts, uint32_t table,
                                        const std::string& body) {
  const Json rows = Json::parse(body, nullptr, false);
  if (!rows.is_array() || rows.empty()) return Fail(Code::kInternal, "no rows: " + body);
  std::vector<LoadedRow> out;
  for (const Json& row : rows) {
    const RowRef ref{row.value("split", uint32_t{0}), row.value("seq", uint64_t{0})};
    const bool known = source.Has(ref) && source.change(ref).table == table;
    if (!known || row != Expected(source, upserts, ref)) {
      return Fail(Code::kInternal, fmt::format("a row that the source does not have came to table "
                                               "{}: {}",
                                               table, row.dump()));
    }
    const uint32_t version = source.VersionOf(ref);
    out.push_back({ref, version > 0 ? VersionColumn(version) : std::string()});
  }
  return out;
}

}  // namespace sluice::sim
