// SPDX-License-Identifier: Apache-2.0
// Assert before the laws.
#include "assert/sink.h"
#include "kit/plugin_case.h"
#include "kit/sink_fixture.h"
#include "kit/sink_rows.h"

namespace sluice::kit {
namespace {

constexpr char kOptions[] = R"conf(
rules {
  row_rules = [{ rule_type = MAX_ROW, rule_value = 1000 }]
  field_rules = [{ field_name = id, field_value = [{ rule_type = MIN, rule_value = 0 }] }]
  table-names = ["kit.first", "kit.second"]
}
)conf";

class AssertFixture final : public SinkFixture {
 public:
  Status Reset() override { return {}; }
  Result<std::unique_ptr<Sink>> Make(Host& /*host*/) override {
    Diagnostics mistakes;
    auto made = asserts::AssertSink::Make(ConfigOf({"Assert", PluginKind::kSink, kOptions, ""}), {},
                                          mistakes);
    if (made == nullptr) return Fail(mistakes.ToStatus());
    return made;
  }
  Result<Contents> Visible() override { return Contents(); }
  ChunkPtr BadRows() const override {
    return MakeChunk(SinkTables()[0], {{.id = 1, .name = "a"}, {.id = -7, .name = "b"}});
  }
  std::vector<std::string> bad_row_words() const override {
    return {"row 2", "kit.first", "-7, b", "'id'", "MIN 0"};
  }
  std::string WhyNot(const std::string& law) const override {
    for (const char* holds : {"BadRowIsNamed", "EmptyCheckpointIsCheap", "NothingShowsBeforeCommit",
                              "SinkRefusalsKeepTheSecret"}) {
      if (law == holds) return "";
    }
    return "rows are looked at and dropped: there is no target where they could show";
  }
};

const bool kRegistered =
    Register(SinkCase{"Assert", [] { return std::make_unique<AssertFixture>(); }}) &&
    Register(PluginCase{"Assert", PluginKind::kSink, kOptions, ""});

}  // namespace
}  // namespace sluice::kit
