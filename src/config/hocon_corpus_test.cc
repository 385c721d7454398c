// SPDX-License-Identifier: Apache-2.0
// Every file of testdata/hocon against what SeaTunnel's own library reads in it. The files are
// named by the rule they show; make_expected.py beside them writes the expectations.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/env.h"
#include "config/hocon.h"

namespace sluice {
namespace {

constexpr char kFolder[] = SLUICE_SOURCE_DIR "/src/config/testdata/hocon/";
constexpr char kMistake[] = "\"error\"";

// Where sluice means to differ: what it reads instead, and why.
struct Difference {
  std::string ours;
  std::string why;
};
const std::map<std::string, Difference>& Differences() {
  static const std::map<std::string, Difference> differences = {
      {"r04_array_in_hocon.conf",
       {R"({"source":[{"plugin_name":"A","x":1}],"sink":[{"plugin_name":"B"}]})",
        "SeaTunnel takes the blocks of such a list apart and then finds no plugin"}},
      {"r06_include_among_plugins.conf",
       {kMistake, "SeaTunnel reads the file and drops what it holds; that must not be silent"}},
      {"r06_include_is_a_key.conf",
       {R"({"include":1,"b":{"include":2}})", "without a file behind it, it can only be a key"}},
      {"r06_include_unknown_extension.conf",
       {R"({"from_text":1,"x":1})", "a file that is named is read, whatever it is called"}},
      {"r07_append_in_a_plugin.conf",
       {R"({"source":[{"x":[1,2],"plugin_name":"A"}]})",
        "SeaTunnel loses what the key held before"}},
      {"r08_arrow_and_quotes.conf",
       {R"({"a":{"b":1},"c":{"d":2}})", "an arrow outside quotes always splits the key"}},
      {"r08_arrow_in_references.conf",
       {R"({"a":{"b":1},"x":1,"y":1})", "blanks and quotes beside an arrow mean nothing"}},
      {"r08_arrows_and_blanks.conf",
       {R"({"a":{"b":1},"c":{"d":2},"e":{"f":{"g":3}},"h":{"i j":4},"k.l":{"m":5}})",
        "blanks beside an arrow mean nothing"}},
      {"r08_quoted_arrow.conf",
       {R"({"a->b":1,"a":{"b":2}})",
        "an arrow inside quotes is part of the key, outside it splits"}},
      {"r11_huge_number.conf",
       {R"({"q":"1e400"})", "infinity is no JSON; as text it is refused where a number is wanted"}},
      {"r11_object_and_text.conf",
       {kMistake, "SeaTunnel drops the text; a comma or a line end is missing"}},
  };
  return differences;
}

std::string ReadOrFail(const std::string& name) {
  auto text = Env::Default().ReadFile(kFolder + name);
  EXPECT_TRUE(text.has_value()) << name;
  return text.value_or("");
}

std::string Parsed(const std::string& name) {
  HoconOptions options;
  options.json = name.ends_with(".json");
  options.lookup = [](const std::string& variable) -> std::optional<std::string> {
    if (variable == "SLUICE_TEST_VALUE") return "from-environment";
    return std::nullopt;
  };
  options.read_file = [](const std::string& path) {
    return Env::Default().ReadFile(kFolder + path);
  };
  Diagnostics diagnostics;
  const auto value = ParseHocon(ReadOrFail(name), name, options, diagnostics);
  return value ? value->ToText() : kMistake;
}

std::vector<std::string> CorpusFiles() {
  std::vector<std::string> files;
  const auto names = Env::Default().List(kFolder);
  for (const std::string& name : names.value_or(std::vector<std::string>())) {
    const bool expectation = name.ends_with(".expected.json");
    if ((name.ends_with(".conf") || name.ends_with(".json")) && !expectation) files.push_back(name);
  }
  return files;
}

class HoconCorpus : public testing::TestWithParam<std::string> {};

TEST_P(HoconCorpus, ReadsWhatSeaTunnelReadsOrDiffersForAReason) {
  const std::string& name = GetParam();
  std::string expected = ReadOrFail(name + ".expected.json");
  ASSERT_TRUE(expected.ends_with('\n'));
  expected.pop_back();
  const auto difference = Differences().find(name);
  if (difference == Differences().end()) {
    EXPECT_EQ(Parsed(name), expected);
  } else {
    EXPECT_EQ(Parsed(name), difference->second.ours) << difference->second.why;
    EXPECT_NE(difference->second.ours, expected) << name << " does not differ";
  }
}

std::string TestName(const testing::TestParamInfo<std::string>& file) {
  std::string name = file.param;
  for (char& c : name) c = c == '.' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, HoconCorpus, testing::ValuesIn(CorpusFiles()), TestName);

TEST(HoconCorpus, EveryDifferenceIsOfAFile) {
  const auto files = CorpusFiles();
  EXPECT_GE(files.size(), 100U);
  for (const auto& [name, difference] : Differences()) {
    EXPECT_NE(std::ranges::find(files, name), files.end()) << name;
  }
}

}  // namespace
}  // namespace sluice
