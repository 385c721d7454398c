// SPDX-License-Identifier: Apache-2.0
// Whatever rows a log holds: decoding ends, what it makes is a chunk that keeps its invariants, and
// skipping steps over exactly what decoding reads.
#include <map>

#include "base/check.h"
#include "mysql/binlog/dump.h"
#include "mysql/binlog/log_repair_for_fuzz.h"
#include "mysql/binlog/thin_rows.h"

namespace sluice::mysql {
namespace {

class Decoder {
 public:
  void OnEvent(const LogEvent& event) {
    if (const auto* view = std::get_if<TableMapView>(&event.body)) Map(*view);
    if (const auto* rows = std::get_if<RowsEvent>(&event.body)) Rows(*rows);
  }

 private:
  void Map(const TableMapView& view) {
    const auto map = TableMap::Parse(view);
    if (!map) return;
    auto described = DescribeFromLog(*map);
    if (!described) return;
    // The catalog of a table is what its first map said: later ones may be of another shape.
    const auto def = defs_.try_emplace(std::string(view.table), *described).first->second;
    for (const TableDefRef& one : {def, *described}) {
      auto plan = RowPlan::Make(view, one);
      if (plan) plans_.insert_or_assign(view.table_id, std::move(*plan));
    }
  }

  void Rows(const RowsEvent& event) {
    const auto plan = plans_.find(event.table_id);
    if (plan == plans_.end()) return;
    ThinRows(event, plan->second);
    ChunkBuilder builder(plan->second.table()->schema);
    RowsReader decoding(event, plan->second);
    RowsReader skipping(event, plan->second);
    while (!decoding.done()) {
      if (!decoding.Append(builder)) return;
      CHECK(!skipping.done());
      CHECK(skipping.Skip().ok());
      CHECK(skipping.row() == decoding.row());
    }
    CHECK(skipping.done());
    if (builder.empty()) return;
    const Status status = builder.Finish(0)->Check();
    CHECK(status.ok());
  }

  // The same rows by the reader of images that lack columns, which reads whole ones too.
  void ThinRows(const RowsEvent& event, const RowPlan& plan) {
    ChunkBuilder builder(plan.table()->schema);
    ThinRowsReader decoding(event, plan);
    ThinRowsReader skipping(event, plan);
    while (!decoding.done()) {
      const auto whole = decoding.Append(builder);
      if (!whole) return;
      CHECK(LacksColumns(event) || event.partial_json || *whole);
      CHECK(skipping.Skip().ok());
      CHECK(skipping.row() == decoding.row());
    }
    CHECK(skipping.done());
    if (!builder.empty()) CHECK(builder.Finish(0)->Check().ok());
  }

  std::map<std::string, TableDefRef> defs_;
  std::map<uint64_t, RowPlan> plans_;
};

}  // namespace
}  // namespace sluice::mysql

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::mysql;
  const std::string log = RepairedLog(std::string(reinterpret_cast<const char*>(data), size));
  Decoder decoder;
  EachRepairedEvent(log, [&](const LogEvent& event) { decoder.OnEvent(event); });
  return 0;
}
