// SPDX-License-Identifier: Apache-2.0
// TableRename before the laws.
#include "kit/plugin_case.h"
#include "kit/sink_rows.h"
#include "kit/transform_fixture.h"
#include "transform/table_rename.h"

namespace sluice::kit {
namespace {

constexpr char kOptions[] = R"conf(
convert_case = "UPPER"
prefix = "ods_"
table_match_regex = "kit\\.first"
replacements_with_regex = [{ replace_from = "(ir)", replace_to = "-", is_regex = true }]
)conf";

Result<std::unique_ptr<Transform>> Make() {
  Diagnostics mistakes;
  auto made =
      TableRename::Make(ConfigOf({"TableRename", PluginKind::kTransform, kOptions, ""}), mistakes);
  if (made == nullptr) return Fail(mistakes.ToStatus());
  return made;
}

std::vector<ChunkPtr> Chunks() {
  using enum RowKind;
  const auto& tables = SinkTables();
  return {MakeChunk(tables[0], {{kInsert, 1, "a"},
                                {kUpdateBefore, 1, "a"},
                                {kUpdateAfter, 1, std::nullopt},
                                {kDelete, 1, std::nullopt}}),
          MakeChunk(tables[1], {{kInsert, 2, "b"}}), MakeChunk(tables[0], {{kInsert, 3, "c"}})};
}

const bool kRegistered =
    Register(
        TransformCase{"TableRename",
                      Make,
                      Chunks(),
                      {"+I KIT.ods_F-ST: 1|a", "-U KIT.ods_F-ST: 1|a", "+U KIT.ods_F-ST: 1|null",
                       "-D KIT.ods_F-ST: 1|null", "+I kit.second: 2|b", "+I KIT.ods_F-ST: 3|c"}}) &&
    Register(PluginCase{"TableRename", PluginKind::kTransform, kOptions, ""});

}  // namespace
}  // namespace sluice::kit
