// SPDX-License-Identifier: Apache-2.0
// FakeSource before the laws: rows counted up, beside rows of every type as they were written.
#include "fake/source.h"
#include "kit/plugin_case.h"
#include "kit/source_fixture.h"

namespace sluice::kit {
namespace {

constexpr int kRows = 10'000;

constexpr char kOptions[] = R"conf(
tables_configs = [
  {
    row.num = 10000
    split.num = 7
    auto.increment.enabled = true
    string.fake.mode = "template"
    string.template = ["ü|ber"]
    int.fake.mode = "template"
    int.template = ["7"]
    schema {
      table = "kit.counted"
      columns = [
        { name = "id", type = "bigint", nullable = false }
        { name = "name", type = "string" }
        { name = "seven", type = "int" }
      ]
      primaryKey { name = "pk", columnNames = ["id"] }
    }
  }
  {
    schema {
      table = "kit.types"
      columns = [
        { name = "yes", type = "boolean" }
        { name = "tiny", type = "tinyint" }
        { name = "small", type = "smallint" }
        { name = "plain", type = "int" }
        { name = "big", type = "bigint" }
        { name = "single", type = "float" }
        { name = "real", type = "double" }
        { name = "exact", type = "decimal(38, 10)" }
        { name = "words", type = "string" }
        { name = "raw", type = "bytes" }
        { name = "day", type = "date" }
        { name = "clock", type = "time", columnScale = 6 }
        { name = "moment", type = "timestamp", columnScale = 6 }
      ]
    }
    rows = [
      { kind = INSERT, fields = [true, -128, -32768, -2147483648, "-9223372036854775808",
          "-3.4028235e38", "-1.7976931348623157e308", "-9999999999999999999999999999.9999999999",
          "", "", "0000-01-01", "00:00:00", "0000-01-01 00:00:00"] }
      { kind = INSERT, fields = [false, 127, 32767, 2147483647, "9223372036854775807",
          "3.4028235e38", "1.7976931348623157e308", "9999999999999999999999999999.9999999999",
          "😀 中文", "~", "9999-12-31", "23:59:59.999999", "9999-12-31 23:59:59.999999"] }
      { kind = INSERT, fields = [null, null, null, null, null, null, null, null, null, null, null,
          null, null] }
      { kind = UPDATE_BEFORE, fields = [null, null, null, null, null, null, null, null, null, null,
          null, null, null] }
      { kind = UPDATE_AFTER, fields = [true, 0, 0, 0, 0, 0, 0, 0, "null", "a", "1970-01-01",
          "12:00:00", "1970-01-01 00:00:00"] }
      { kind = INSERT, fields = [null, null, null, null, null, null, null, null, null, null, null,
          null, null] }
    ]
  }
]
)conf";

class FakeFixture final : public SourceFixture {
 public:
  Status Reset() override { return {}; }
  Result<std::unique_ptr<Source>> Make(Host& /*host*/) override {
    Diagnostics mistakes;
    auto source = fake::FakeSource::Make(
        ConfigOf({"FakeSource", PluginKind::kSource, kOptions, ""}), {}, mistakes);
    if (source == nullptr) return Fail(mistakes.ToStatus());
    return source;
  }
  Result<Contents> Expected() override {
    Contents out;
    for (int id = 1; id <= kRows; ++id) {
      out["kit.counted"].insert(std::to_string(id) + "|ü|ber|7");
    }
    out["kit.types"] = {
        "true|-128|-32768|-2147483648|-9223372036854775808|-3.4028235e+38|"
        "-1.7976931348623157e+308|-9999999999999999999999999999.9999999999|||0000-01-01|"
        "00:00:00.000000|0000-01-01 00:00:00.000000",
        "false|127|32767|2147483647|9223372036854775807|3.4028235e+38|1.7976931348623157e+308|"
        "9999999999999999999999999999.9999999999|😀 中文|7e|9999-12-31|23:59:59.999999|"
        "9999-12-31 23:59:59.999999",
        "true|0|0|0|0|0|0|0.0000000000|null|61|1970-01-01|12:00:00.000000|"
        "1970-01-01 00:00:00.000000",
        "null|null|null|null|null|null|null|null|null|null|null|null|null",
    };
    return out;
  }
  std::string types_table() const override { return "kit.types"; }
  std::string WhyNot(const std::string& law) const override {
    if (law == "RestartOfTheServerLosesNothing") return "there is no server";
    return "";
  }
};

const bool kRegistered =
    Register(SourceCase{"Fake", [] { return std::make_unique<FakeFixture>(); }}) &&
    Register(PluginCase{"FakeSource", PluginKind::kSource, kOptions, ""});

}  // namespace
}  // namespace sluice::kit
