// SPDX-License-Identifier: Apache-2.0
#include "config/hocon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace sluice {
namespace {

using ::testing::HasSubstr;

// The document as compact JSON, or its mistakes.
std::string Read(const std::string& text, const HoconOptions& options = {}) {
  Diagnostics diagnostics;
  const auto value = ParseHocon(text, "job.conf", options, diagnostics);
  if (!value) return std::string(diagnostics.ToStatus().message());
  return value->ToText();
}

std::string ReadJson(const std::string& text) {
  HoconOptions options;
  options.json = true;
  return Read(text, options);
}

TEST(Hocon, PluginSectionsBecomeListsInFileOrderWithRepeatedNames) {
  EXPECT_EQ(Read("source { B { x = 1 }\n A { x = 2 }\n B { x = 3 } }"),
            R"({"source":[{"x":1,"plugin_name":"B"},{"x":2,"plugin_name":"A"},)"
            R"({"x":3,"plugin_name":"B"}]})");
  EXPECT_EQ(Read("\"sink\" { A { x = 1 } }"), R"({"sink":[{"x":1,"plugin_name":"A"}]})");
}

TEST(Hocon, OtherObjectsMergeAndLaterValuesWin) {
  EXPECT_EQ(Read("source2 { A { x = 1 }, A { y = 2, x = 3 } }"),
            R"({"source2":{"A":{"y":2,"x":3}}})");
  EXPECT_EQ(Read("a = { b = 1 }, a = null, a { c = 2 }"), R"({"a":{"c":2}})");
  EXPECT_EQ(Read("Source { A {} }"), R"({"Source":{"A":{}}})");
}

TEST(Hocon, PluginNameIsTheKeyUnlessGiven) {
  EXPECT_EQ(Read("sink { Console {} }"), R"({"sink":[{"plugin_name":"Console"}]})");
  EXPECT_EQ(Read("sink { mine { plugin_name = Console } }"),
            R"({"sink":[{"plugin_name":"Console"}]})");
  EXPECT_EQ(Read("sink { A = hello }"), R"({"sink":["hello"]})");
}

TEST(Hocon, SectionNamesMakeListsAtAnyDepthButNotForScalars) {
  EXPECT_EQ(Read("env { sink { k = v } }"), R"({"env":{"sink":["v"]}})");
  EXPECT_EQ(Read("env { sink = v, source = 3 }"), R"({"env":{"sink":"v","source":3}})");
}

TEST(Hocon, ListsOfPluginsAreTakenAsWritten) {
  EXPECT_EQ(ReadJson(R"({"source": [{"plugin_name": "A", "x": 1}]})"),
            R"({"source":[{"plugin_name":"A","x":1}]})");
  EXPECT_EQ(Read("source = [ { plugin_name = A, x = 1 } ]"),
            R"({"source":[{"plugin_name":"A","x":1}]})");
  EXPECT_EQ(Read(R"({"source": {"A": {"x": 1}, "A": {"x": 2}}})"),
            R"({"source":[{"x":1,"plugin_name":"A"},{"x":2,"plugin_name":"A"}]})");
}

TEST(Hocon, JsonIsStrict) {
  EXPECT_EQ(ReadJson("{\"env\": {\"a\": 1, \"a\": 2}}"),
            "job.conf:1:18: the key 'a' is given twice");
  EXPECT_THAT(ReadJson("{\"a\": 1,}"), HasSubstr("no comma at the end"));
  EXPECT_THAT(ReadJson("{\"a\": ${b}}"), HasSubstr("JSON has no references"));
  EXPECT_THAT(ReadJson("# text\n{}"), HasSubstr("JSON has no comments"));
  EXPECT_THAT(ReadJson("{\"a\": yes}"), HasSubstr("quotes"));
  EXPECT_THAT(ReadJson("a = 1"), HasSubstr("expected '{'"));
}

TEST(Hocon, LaterSectionReplacesButLaterEnvMerges) {
  EXPECT_EQ(Read("source { A {} }\nsource { B {} }"), R"({"source":[{"plugin_name":"B"}]})");
  EXPECT_EQ(Read("env { a = 1 }\nenv { b = 2 }"), R"({"env":{"b":2,"a":1}})");
}

TEST(Hocon, IncludeMergesAndIsRefusedAmongPlugins) {
  HoconOptions options;
  options.read_file = [](const std::string& path) -> Result<std::string> {
    if (path == "common.conf") return "env { a = 1 }";
    return Fail(Code::kNotFound, "no " + path);
  };
  EXPECT_EQ(Read("include \"common.conf\"\nenv { b = 2 }", options), R"({"env":{"b":2,"a":1}})");
  EXPECT_EQ(Read("include file(\"common.conf\")", options), R"({"env":{"a":1}})");
  EXPECT_EQ(Read("include \"absent.conf\"\nx = 1", options), R"({"x":1})");
  EXPECT_THAT(Read("include required(\"absent.conf\")", options), HasSubstr("cannot be read"));
  EXPECT_THAT(Read("source { include \"common.conf\" }", options),
              HasSubstr("include does not work directly inside source"));
  EXPECT_THAT(Read("include \"common.conf\""), HasSubstr("include is not possible here"));
}

TEST(Hocon, AnIncludedFileIncludesFilesBesideItself) {
  HoconOptions options;
  options.read_file = [](const std::string& path) -> Result<std::string> {
    if (path == "parts/a.conf") return "a = 1\ninclude \"more/b.conf\"";
    if (path == "parts/more/b.conf") return "b = 2\ninclude \"/etc/c.conf\"";
    if (path == "/etc/c.conf") return "c = 3\nx";
    return Fail(Code::kNotFound, "no " + path);
  };
  EXPECT_EQ(Read("include \"parts/a.conf\"", options),
            "/etc/c.conf:2:2: expected '=', ':' or '{' after the key 'x'");
  const auto whole = options.read_file;
  options.read_file = [&](const std::string& path) -> Result<std::string> {
    return path == "/etc/c.conf" ? "c = 3" : whole(path);
  };
  EXPECT_EQ(Read("include \"parts/a.conf\"", options), R"({"a":1,"b":2,"c":3})");
}

// Below the key first, then in the whole document.
TEST(Hocon, ReferencesOfAnIncludedFileFollowItBelowAKey) {
  HoconOptions options;
  options.lookup = [](const std::string& name) -> std::optional<std::string> {
    return name == "given" ? std::optional<std::string>("g") : std::nullopt;
  };
  options.read_file = [](const std::string& path) -> Result<std::string> {
    if (path == "db.conf") return "host = own\nurl = ${host} ${user} ${given} ${none}";
    return path == "outer.conf" ? Result<std::string>("in { include \"db.conf\" }")
                                : Fail(Code::kNotFound, "no " + path);
  };
  EXPECT_EQ(Read("host = other\nuser = u\ndefaults { include \"db.conf\" }", options),
            R"({"host":"other","user":"u","defaults":{"host":"own","url":"own u g ${none}"}})");
  // As overridden where it is included, and over two files.
  EXPECT_EQ(Read("user = u\na->b { include \"outer.conf\" }\na->b->in->host = later", options),
            R"({"user":"u","a":{"b":{"in":{"host":"later","url":"later u g ${none}"}}}})");
  // Nothing is to be found inside a list of plugins.
  EXPECT_EQ(Read("host = root\nuser = u\nsource { A { include \"db.conf\" } }", options),
            R"({"host":"root","user":"u","source":)"
            R"([{"host":"own","url":"root u g ${none}","plugin_name":"A"}]})");
}

TEST(Hocon, AppendingAddsToLists) {
  EXPECT_EQ(Read("p += 1\np += 2"), R"({"p":[1,2]})");
  EXPECT_EQ(Read("p = [1]\np = ${p} [2]"), R"({"p":[1,2]})");
  EXPECT_THAT(Read("p = [ a += 1 ]"), HasSubstr("job.conf:1:9"));
}

TEST(Hocon, AppendingWorksInsidePluginsToo) {
  EXPECT_EQ(Read("source { A { x += 1, x += 2 } }"),
            R"({"source":[{"x":[1,2],"plugin_name":"A"}]})");
}

TEST(Hocon, KeysAreSplitAtArrowsAndNotAtDots) {
  EXPECT_EQ(Read("job.mode = BATCH"), R"({"job.mode":"BATCH"})");
  EXPECT_EQ(Read("a->b = 2\na->c = 3"), R"({"a":{"c":3,"b":2}})");
  EXPECT_EQ(Read("a.b = 1, a { b = 2 }, x = ${a.b}, y = ${a->b}"),
            R"({"a.b":1,"a":{"b":2},"x":1,"y":2})");
  EXPECT_EQ(Read("source.Fake { x = 1 }"), R"({"source.Fake":{"x":1}})");
}

TEST(Hocon, QuotesAroundKeysMeanNothing) {
  EXPECT_EQ(Read("\"startup.mode\" = initial"), R"({"startup.mode":"initial"})");
  EXPECT_EQ(Read("\"a \" = 1, \"b\"c d  = 2, \"\" = 3"), R"({"a ":1,"bc d":2,"":3})");
  EXPECT_EQ(Read("{ \"a\" : { \"b\" : 1 } }"), R"({"a":{"b":1}})");
  EXPECT_EQ(ReadJson("{ \"a\" : { \"b\" : 1 } }"), R"({"a":{"b":1}})");
}

TEST(Hocon, FirstPartOfAnArrowPathDecidesWhatIsAList) {
  EXPECT_EQ(Read("source->Fake { x = 1 }"), R"({"source":{"Fake":[1]}})");
}

TEST(Hocon, OptionsAreFoundFlatFirstAndThenNested) {
  Diagnostics diagnostics;
  const auto value = ParseHocon(
      "checkpoint { interval = 1, timeout = 2 }, checkpoint.timeout = 3, a.b { c.d = 4 }", "f", {},
      diagnostics);
  ASSERT_TRUE(value);
  EXPECT_EQ(FindOption(*value, "checkpoint.interval")->value.ToText(), "1");
  EXPECT_EQ(FindOption(*value, "checkpoint.timeout")->value.ToText(), "3");
  EXPECT_EQ(FindOption(*value, "a.b.c.d")->value.ToText(), "4");
  EXPECT_EQ(FindOption(*value, "checkpoint.absent"), nullptr);
}

TEST(Hocon, OrderIsKeptAndMergedObjectsListLaterKeysFirst) {
  EXPECT_EQ(Read("z = 1, a = 2, m = 3"), R"({"z":1,"a":2,"m":3})");
  EXPECT_EQ(Read("o { a = 1, b = 2 }\no { c = 3, a = 4 }"), R"({"o":{"c":3,"a":4,"b":2}})");
}

TEST(Hocon, NumbersAndWords) {
  EXPECT_EQ(Read("a = 1e3, b = 007, c = 1.0, d = .5, e = 99999999999999999999, f = 10 s"),
            R"({"a":1000,"b":7,"c":1,"d":".5","e":"99999999999999999999","f":"10 s"})");
  EXPECT_EQ(Read("a = yes, b = on, c = true, d = null, e = f(x)"),
            "{\"a\":\"yes\",\"b\":\"on\",\"c\":true,\"d\":null,\"e\":\"f(x)\"}");
}

TEST(Hocon, BlanksInsideUnquotedTextStay) {
  EXPECT_EQ(Read("a =   one  two   # rest\nb = 1 // rest"), R"({"a":"one  two","b":1})");
  EXPECT_EQ(Read("t = v\" \"${x}\nx = 2"), R"({"t":"v 2","x":2})");
}

TEST(Hocon, UnquotedTextThatNeedsQuotesIsAMistakeWithItsPlace) {
  EXPECT_THAT(Read("url = jdbc:mysql"), HasSubstr("job.conf:1:11"));
  EXPECT_THAT(Read("a = 1\nt = decimal(10,2)"), HasSubstr("job.conf:2:"));
  EXPECT_THAT(Read("a = b`c"), HasSubstr("must be quoted"));
}

TEST(Hocon, QuotedTextKeepsReferencesAndEscapes) {
  EXPECT_EQ(Read(R"(a = "${b} \t \u00e9 \\ \"")"), "{\"a\":\"${b} \\t \xc3\xa9 \\\\ \\\"\"}");
  EXPECT_EQ(Read("a = \"\"\"raw \\n ${x} \"end\"\"\"\""), R"({"a":"raw \\n ${x} \"end\""})");
  EXPECT_EQ(Read("a = \"\"\"two\nlines\"\"\""), R"({"a":"two\nlines"})");
  EXPECT_THAT(Read("a = \"open\nb = 1"), HasSubstr("job.conf:1:5"));
}

TEST(Hocon, CommasLineEndsAndEmptyFiles) {
  EXPECT_EQ(Read("a = [1, 2,],\r\nb = 1\r\n"), R"({"a":[1,2],"b":1})");
  EXPECT_EQ(Read(""), "{}");
  EXPECT_EQ(Read("# only words\n"), "{}");
  EXPECT_THAT(Read("a = [1,,2]"), HasSubstr("job.conf:1:8"));
  EXPECT_THAT(Read("[1]"), HasSubstr("a list cannot be the root"));
  EXPECT_THAT(Read("a { b = 1"), HasSubstr("'}' is missing for what was opened at line 1"));
}

TEST(Hocon, UnresolvedReferencesStayAndOptionalOnesDropTheirKey) {
  EXPECT_EQ(Read("a = ${x}, b = ${?x}, c = 1"), R"({"a":"${x}","c":1})");
  EXPECT_EQ(Read("a = ${x}\nx = 5"), R"({"a":5,"x":5})");
  EXPECT_EQ(Read("x = 1\nx = ${?x}"), R"({"x":1})");
  EXPECT_THAT(Read("a = ${x:1}"), HasSubstr("a default needs quotes: \"${x:default}\""));
  EXPECT_THAT(Read("a = ${b}\nb = ${a}"), HasSubstr("leads back to itself"));
}

TEST(Hocon, EnvironmentAnswersWhatTheFileDoesNot) {
  HoconOptions options;
  options.lookup = [](const std::string& name) -> std::optional<std::string> {
    return name == "HOME_DIR" ? std::optional<std::string>("/home/me") : std::nullopt;
  };
  EXPECT_EQ(Read("a = ${HOME_DIR}\"/x\", b = ${?HOME_DIR}", options),
            R"({"a":"/home/me/x","b":"/home/me"})");
}

TEST(Hocon, AllMistakesAreToldAtOnce) {
  const std::string text =
      "env { job.mode = BATCH, parallelism }\n"
      "source {\n"
      "  FakeSource {\n"
      "    url = jdbc:mysql://h:1\n"
      "    rows = [ {a = 1}, {b = \"open}, {c = 2} ]\n"
      "    schema { fields { d = decimal(10,2) } }\n"
      "    right = 1\n"
      "  }\n"
      "}\n"
      "sink { Console {} ]\n"
      "sink { Console { x = } }\n";
  const std::string mistakes = Read(text);
  std::vector<std::string> places;
  std::istringstream lines(mistakes);
  for (std::string line; std::getline(lines, line);) {
    places.push_back(line.substr(0, line.find(": ")));
  }
  EXPECT_THAT(places, testing::ElementsAre("job.conf:1:37", "job.conf:4:15", "job.conf:5:28",
                                           "job.conf:6:41", "job.conf:10:19", "job.conf:11:22"))
      << mistakes;
}

TEST(Hocon, BehindAForgottenEqualsSignNothingIsShown) {
  for (const char* rest : {" hunter2", "\t\"hunter2\"", "\"hunter2\"", "\thunter2", "'hunter2'",
                           "\u00a0hunter2", "\u3000\"hunter2\"", " \"hunter2\" x"}) {
    for (const char* key : {"password", "\"password\"", "a->password"}) {
      const std::string mistake = Read(std::string(key) + rest);
      EXPECT_THAT(mistake, testing::EndsWith("after the key 'password'")) << key << rest;
    }
  }
}

TEST(Hocon, MistakesInJsonAndInIncludedFilesAreToldAtOnce) {
  EXPECT_EQ(ReadJson("{\"a\": yes, \"b\": 1,\n\"b\": 2,\n\"c\": [1, no, 3]}"),
            "job.conf:1:7: JSON wants text in quotes\n"
            "job.conf:2:1: the key 'b' is given twice\n"
            "job.conf:3:10: JSON wants text in quotes");
  HoconOptions options;
  options.read_file = [](const std::string&) -> Result<std::string> { return "x\ny\n"; };
  EXPECT_EQ(Read("include \"part.conf\"\nz", options),
            "part.conf:1:2: expected '=', ':' or '{' after the key 'x'\n"
            "part.conf:2:2: expected '=', ':' or '{' after the key 'y'\n"
            "job.conf:2:2: expected '=', ':' or '{' after the key 'z'");
}

TEST(Hocon, RunawayReferencesEndWithAMistake) {
  std::string text = "a0 = [1,2,3,4,5,6,7,8]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "${a" + std::to_string(i - 1) + "}";
    text += "a" + std::to_string(i) + " = " + before + " " + before + "\n";
  }
  EXPECT_THAT(Read(text), HasSubstr("beyond all bounds"));
}

TEST(Hocon, DeepNestingEndsWithAMistake) {
  EXPECT_THAT(Read("a = " + std::string(10000, '[')), HasSubstr("nested too deeply"));
  EXPECT_THAT(Read("a " + std::string(10000, '{')), HasSubstr("job.conf:1:"));
  const auto path = [](int parts) {
    std::string text = "k";
    for (int i = 1; i < parts; ++i) text += "->k";
    return text;
  };
  EXPECT_THAT(Read("x = 1\n" + path(50'000) + " = 1"), HasSubstr("job.conf:2:"));
  EXPECT_THAT(Read(path(50'000) + " = 1"), HasSubstr("nested too deeply"));
  EXPECT_THAT(Read(path(150) + " { " + path(100) + " = 1 }"), HasSubstr("nested too deeply"));
  EXPECT_THAT(Read(path(150) + " { " + path(20) + " = 1 }\n" + path(150) + " = 2"),
              testing::StartsWith("{\"k\":{\"k\":"));
}

TEST(Hocon, TooManyDefinitionsOfOneKeyEndWithAMistake) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "a { b = ${?x} }\n";
  EXPECT_EQ(Read(text),
            "job.conf:1002:9: more than 1000 definitions of one key build on those before them");
}

TEST(Hocon, PlacesCountLinesAndColumns) {
  Diagnostics diagnostics;
  const auto value = ParseHocon("a = 1\n  b { c = [2,\n 3] }", "job.conf", {}, diagnostics);
  ASSERT_TRUE(value);
  const Field* c = FindOption(*value, "b.c");
  EXPECT_EQ(c->origin.ToString(), "job.conf:2:7");
  EXPECT_EQ((*c->value.as_list())[1].origin().ToString(), "job.conf:3:2");
}

}  // namespace
}  // namespace sluice
