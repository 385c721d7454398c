// SPDX-License-Identifier: Apache-2.0
#include "config/option_spec.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/hocon.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

enum class Mode : uint8_t { kAppend, kDrop };

struct Part {
  std::string name;
  int64_t weight = 1;
};

struct Options {
  bool flag = false;
  int64_t count = 7;
  double share = 0.5;
  std::string text = "none";
  Secret password;
  StringList list;
  StringMap map;
  std::optional<int64_t> limit;
  Mode mode = Mode::kAppend;
  std::vector<Part> parts;
};

OptionSpec<Options> Spec() {
  return OptionSpec<Options>("For tests.")
      .Optional("flag", &Options::flag, "A flag.")
      .Optional("row.count", &Options::count, "A count.", Between(1, 100))
      .Alias("count")
      .Optional("share", &Options::share, "A share.", Between(0, 1))
      .Optional("text", &Options::text, "A text.")
      .Optional("password", &Options::password, "A secret.")
      .Optional("list", &Options::list, "A list.", AtLeast(1))
      .Optional("map", &Options::map, "A map.")
      .Optional("limit", &Options::limit, "A limit.", AtLeast(0))
      .Choice("mode", &Options::mode, {{"append", Mode::kAppend}, {"DROP", Mode::kDrop}}, "A mode.")
      .Objects("parts", &Options::parts,
               OptionSpec<Part>("A part.")
                   .Required("name", &Part::name, "Its name.", AtLeast(1))
                   .Optional("weight", &Part::weight, "Its weight."),
               "Parts.")
      .Ignored("jvm.heap", "there is no JVM")
      .Ignored("jvm.*", "there is no JVM at all")
      .Refused("codec", "values are not encoded", {"none"})
      .Refused("codec.*", "values are not encoded");
}

struct Parsed {
  Options options;
  std::vector<std::string> mistakes;
  std::vector<std::string> notes;
};

Parsed Parse(const std::string& block) {
  Diagnostics diagnostics;
  const auto value = ParseHocon(block, "f", {}, diagnostics);
  EXPECT_TRUE(value.has_value()) << diagnostics.ToStatus().message();
  const PluginConfig config{.section = "sink", .plugin_name = "P", .options = *value};
  Parsed parsed{.options = Spec().ParseAll(config, diagnostics)};
  for (const Remark& remark : diagnostics.errors()) parsed.mistakes.push_back(remark.ToString());
  for (const Remark& remark : diagnostics.notes()) parsed.notes.push_back(remark.ToString());
  return parsed;
}

std::string Mistake(const std::string& block) {
  const auto mistakes = Parse(block).mistakes;
  return mistakes.size() == 1 ? mistakes[0] : std::to_string(mistakes.size()) + " mistakes";
}

TEST(OptionSpec, DefaultsAreThoseOfTheStruct) {
  const Options options = Parse("").options;
  EXPECT_EQ(options.count, 7);
  EXPECT_EQ(options.text, "none");
  EXPECT_FALSE(options.limit);
  EXPECT_EQ(Parse("row.count = null").options.count, 7);
}

TEST(Coercion, OfBooleans) {
  for (const char* text : {"true", "TRUE", "\"True\"", "\" true \""}) {
    EXPECT_TRUE(Parse(std::string("flag = ") + text).options.flag) << text;
  }
  EXPECT_EQ(Mistake("flag = yes"),
            "f:1:8: sink 'P': option 'flag' must be true or false, but is yes");
  EXPECT_THAT(Mistake("flag = 1"), HasSubstr("true or false, but is 1"));
}

TEST(Coercion, OfWholeNumbers) {
  for (const char* text : {"12", "\"12\"", "12.0", "1.2e1", "\" 12 \"", "012"}) {
    EXPECT_EQ(Parse(std::string("row.count = ") + text).options.count, 12) << text;
  }
  EXPECT_THAT(Mistake("row.count = 1.5"), HasSubstr("must be a whole number, but is 1.5"));
  EXPECT_THAT(Mistake("row.count = twelve"), HasSubstr("a whole number, but is twelve"));
  EXPECT_THAT(Mistake("row.count = 0"), HasSubstr("between 1 and 100, but is 0"));
  EXPECT_THAT(Mistake("row.count = 9223372036854775808"), HasSubstr("a whole number"));
  EXPECT_THAT(Mistake("row.count = []"), HasSubstr("a whole number, but is []"));
}

TEST(Coercion, OfRealNumbers) {
  EXPECT_EQ(Parse("share = 0.25").options.share, 0.25);
  EXPECT_EQ(Parse("share = \"1\"").options.share, 1);
  EXPECT_THAT(Mistake("share = 1.01"), HasSubstr("between 0 and 1, but is 1.01"));
  EXPECT_THAT(Mistake("share = 5%"), HasSubstr("a number, but is 5%"));
}

TEST(Coercion, OfText) {
  EXPECT_EQ(Parse("text = 007").options.text, "7");
  EXPECT_EQ(Parse("text = { a = [1, x] }").options.text, R"({"a":[1,"x"]})");
  EXPECT_EQ(Parse("text = true").options.text, "true");
}

TEST(Coercion, OfLists) {
  EXPECT_THAT(Parse("list = [a, 1, true]").options.list, ElementsAre("a", "1", "true"));
  EXPECT_THAT(Parse(R"(list = "[\"a\", \"b,c\"]")").options.list, ElementsAre("a", "b,c"));
  EXPECT_THAT(Parse("list = \" a , b,c \"").options.list, ElementsAre("a", "b", "c"));
  EXPECT_THAT(Mistake("list = []"), HasSubstr("a list that is not empty, but is []"));
  EXPECT_THAT(Mistake("list = { a = 1 }"), HasSubstr("a list, but is"));
}

TEST(Coercion, OfMaps) {
  EXPECT_THAT(Parse("map { a = 1, b.c = x }").options.map,
              ElementsAre(Pair("a", "1"), Pair("b.c", "x")));
  EXPECT_THAT(Parse(R"(map = "{\"a\": 1}")").options.map, ElementsAre(Pair("a", "1")));
  EXPECT_THAT(Mistake("map = [1]"), HasSubstr("an object, but is a list"));
}

TEST(Coercion, OfChoices) {
  EXPECT_EQ(Parse("mode = Drop").options.mode, Mode::kDrop);
  EXPECT_THAT(Mistake("mode = keep"), HasSubstr("must be one of append, DROP, but is keep"));
}

TEST(Coercion, OfObjects) {
  const Options options = Parse("parts = [ { name = a }, { name = b, weight = 2 } ]").options;
  ASSERT_EQ(options.parts.size(), 2U);
  EXPECT_EQ(options.parts[0].name + options.parts[1].name, "ab");
  EXPECT_EQ(options.parts[1].weight, 2);
  EXPECT_EQ(Parse("parts { name = one }").options.parts.size(), 1U);
  EXPECT_EQ(Parse(R"(parts = "[{\"name\": \"a\"}]")").options.parts.size(), 1U);
  EXPECT_THAT(Mistake("parts = [1]"), HasSubstr("a list of objects, but is a list"));
  EXPECT_EQ(Mistake("parts = [ { name = a }, { weight = 1, name = \"\" } ]"),
            "f:1:46: sink 'P', parts[1]: option 'name' must be text that is not empty, but is "
            "empty");
}

TEST(OptionSpec, AllMistakesAreToldInTheOrderOfTheFile) {
  EXPECT_THAT(Parse("flag = 1\nrow.cont = 2\nmode = x").mistakes,
              ElementsAre(HasSubstr("f:1:8: sink 'P': option 'flag'"),
                          "f:2:1: sink 'P': unknown option 'row.cont'; did you mean 'row.count'?",
                          HasSubstr("f:3:8: sink 'P': option 'mode'")));
}

TEST(OptionSpec, UnknownOptionsAreFoundInsideOfNestedObjectsToo) {
  EXPECT_THAT(Parse("row { count = 3, counts = 4 }").mistakes,
              ElementsAre("f:1:18: sink 'P': unknown option 'row.counts'; did you mean "
                          "'row.count'?"));
  EXPECT_EQ(Parse("row { count = 3 }").options.count, 3);
  EXPECT_THAT(Mistake("parts = [ { name = a, parallelism = 2 } ]"),
              HasSubstr("unknown option 'parallelism'"));
}

TEST(OptionSpec, OlderNamesAreReadAndNotedUnlessTheNewOneIsThere) {
  EXPECT_EQ(Parse("count = 3").options.count, 3);
  EXPECT_THAT(Parse("count = 3").notes,
              ElementsAre("f:1:1: sink 'P': option 'count' is now called 'row.count'"));
  EXPECT_EQ(Parse("count = 3, row.count = 4").options.count, 4);
  EXPECT_THAT(Parse("count = 3, row.count = 4").notes,
              ElementsAre("f:1:1: sink 'P': option 'count' is not read beside 'row.count'"));
}

TEST(OptionSpec, IgnoredOptionsAreNotedWithTheReason) {
  const Parsed parsed = Parse("jvm { heap = 1, hea = 2 }");
  EXPECT_THAT(parsed.mistakes, IsEmpty());
  EXPECT_THAT(parsed.notes,
              ElementsAre("f:1:14: sink 'P': option 'jvm.heap' is ignored: there is no JVM",
                          "f:1:17: sink 'P': option 'jvm.hea' is ignored: there is no JVM at "
                          "all; did you mean 'jvm.heap'?"));
}

TEST(OptionSpec, RefusedOptionsAreMistakesUnlessTheirValueIsHarmless) {
  EXPECT_THAT(Parse("codec = None").mistakes, IsEmpty());
  EXPECT_EQ(Mistake("codec = zip"),
            "f:1:9: sink 'P': option 'codec = zip' is not supported: values are not encoded");
  EXPECT_THAT(Mistake("codec.level = 1"), HasSubstr("option 'codec.level' is not supported"));
}

TEST(OptionSpec, LongAndNestedValuesAreNotPrintedWhole) {
  EXPECT_THAT(Mistake("flag = \"" + std::string(1000, 'x') + "\""), HasSubstr("xxx..."));
  EXPECT_THAT(Mistake("flag = [\"" + std::string(1000, 'x') + "\"]"), HasSubstr("but is a list"));
}

TEST(Secrets, CannotBePrintedAndAreInNoMessage) {
  EXPECT_THAT(Mistake("map = \"user=a&password=b\""), HasSubstr("an object, but is a string"));
  EXPECT_THAT(Mistake("map = [\"password=b\"]"), HasSubstr("an object, but is a list"));
  EXPECT_THAT(Mistake("list = { password = b }"), HasSubstr("a list, but is an object"));
  EXPECT_THAT(Mistake("parts = \"password=b\""), HasSubstr("a list of objects, but is a string"));
  EXPECT_THAT(Mistake("flag = { password = b }"), HasSubstr("true or false, but is an object"));
  EXPECT_EQ(Parse("password = s3cret").options.password.Reveal(), "s3cret");
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!fmt::is_formattable<Secret>::value);
  const auto passwords = OptionSpec<Options>("Two.").Required("password", &Options::password, "");
  EXPECT_EQ(passwords.Describe()[0].otherwise, "");
}

TEST(OptionSpec, DescribesItself) {
  const auto options = Spec().Describe();
  const auto find = [&](const std::string& name) {
    return *std::ranges::find(options, name, &OptionInfo::name);
  };
  EXPECT_EQ(
      find("row.count").type + "|" + find("row.count").limits + "|" + find("row.count").otherwise,
      "int|between 1 and 100|7");
  EXPECT_THAT(find("row.count").old_names, ElementsAre("count"));
  EXPECT_EQ(find("mode").otherwise, "append");
  EXPECT_THAT(find("mode").choices, ElementsAre("append", "DROP"));
  EXPECT_EQ(find("parts").members.size(), 2U);
  EXPECT_TRUE(find("parts").members[0].required);
  EXPECT_EQ(find("list").limits, "not empty");
  EXPECT_EQ(find("limit").limits, "at least 0");
  EXPECT_EQ(find("codec").use, OptionInfo::Use::kRefused);
}

}  // namespace
}  // namespace sluice
