// SPDX-License-Identifier: Apache-2.0
#include "config/job_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr char kMinimal[] = "source { A {} }\nsink { B {} }\n";

struct Loaded {
  JobFile job;
  std::string mistakes;
  std::vector<std::string> notes;
};

Loaded Load(const std::string& text, JobFileArgs args = {}) {
  if (args.path.empty()) args.path = "job.conf";
  Diagnostics diagnostics;
  Loaded loaded{.job = ParseJobFile(Env::Default(), text, args, diagnostics)};
  loaded.mistakes = diagnostics.ToStatus().message();
  for (const Remark& note : diagnostics.notes()) loaded.notes.push_back(note.ToString());
  return loaded;
}

// The options of the first source as JSON, with these variables given.
std::string Source(const std::string& block, Variables variables = {}) {
  const Loaded loaded =
      Load("env {}\nsource { A {" + block + "} }\nsink { B {} }", {.variables = variables});
  EXPECT_EQ(loaded.mistakes, "");
  return loaded.job.sources.empty() ? "" : loaded.job.sources[0].options.ToText();
}

std::string Given(const std::string& text) {
  Variables variables;
  const Status status = ParseVariables(text, variables);
  if (!status.ok()) return std::string(status.message());
  std::string out;
  for (const auto& [name, value] : variables) out += name + "=" + value + ";";
  return out;
}

TEST(JobFile, Rule09FlatKeysAreFoundFirstThenNestedThenOlderNames) {
  const auto interval = [](const std::string& env) {
    return Load("env {" + env + "}\n" + kMinimal).job.env.checkpoint_interval_ms;
  };
  EXPECT_EQ(interval("checkpoint.interval = 100"), 100);
  EXPECT_EQ(interval("checkpoint { interval = 100 }"), 100);
  EXPECT_EQ(interval("checkpoint { interval = 100 }, checkpoint.interval = 200"), 200);
  const Loaded old = Load(
      "env {}\nsource { A { result_table_name = x } }\n"
      "sink { B { source_table_name = x } }");
  EXPECT_EQ(old.job.sources[0].output, "x");
  EXPECT_THAT(old.job.sinks[0].inputs, ElementsAre("x"));
  EXPECT_THAT(old.notes,
              ElementsAre("job.conf:2:14: source 'A': option 'result_table_name' is now called "
                          "'plugin_output'",
                          "job.conf:3:12: sink 'B': option 'source_table_name' is now called "
                          "'plugin_input'"));
}

TEST(JobFile, Rule13VariablesReplaceReferencesAndQuotedPlaceholders) {
  EXPECT_EQ(Source("a = ${x}, b = \"<${x}>\", c = [\"${x}\"]", {{"x", "5"}}),
            R"({"a":"5","b":"<5>","c":["5"],"plugin_name":"A"})");
  // SeaTunnel does not look into objects inside of lists; there is no reason not to.
  EXPECT_EQ(Source("l = [ { q = \"${x}\" } ]", {{"x", "5"}}),
            R"({"l":[{"q":"5"}],"plugin_name":"A"})");
}

TEST(JobFile, Rule13DefaultsAreTrimmedAndReplaceEmptyValuesToo) {
  EXPECT_EQ(Source("a = \"${x: 7 }\""), R"({"a":"7","plugin_name":"A"})");
  EXPECT_EQ(Source("a = \"${x:7}\"", {{"x", ""}}), R"({"a":"7","plugin_name":"A"})");
  EXPECT_EQ(Source("a = \"[${x:}]\""), R"({"a":"[]","plugin_name":"A"})");
  EXPECT_EQ(Source("a = \"jdbc:${x:h:1}/d\""), R"({"a":"jdbc:h:1/d","plugin_name":"A"})");
}

TEST(JobFile, Rule13NothingFoundLeavesTheText) {
  EXPECT_EQ(Source("a = \"${x}\", b = \"${}\", c = \"${x\"", {{"y", "1"}}),
            R"({"a":"${x}","b":"${}","c":"${x","plugin_name":"A"})");
  EXPECT_EQ(Source("a = \"${table_name:t} ${primary_key}\"", {{"table_name", "no"}}),
            R"({"a":"${table_name:t} ${primary_key}","plugin_name":"A"})");
}

TEST(JobFile, Rule13NamesThatSinksReplaceAreRefused) {
  for (const char* name : {"database_name", "schema_name", "table_name", "schema_full_name",
                           "table_full_name", "primary_key", "unique_key", "field_names"}) {
    EXPECT_THAT(Given(std::string(name) + "=x"), HasSubstr("System placeholders cannot be used"));
  }
}

TEST(JobFile, Rule14Base64DecodesSecretsDirectlyInsideEachBlock) {
  const Loaded loaded = Load(
      "env { shade.identifier = base64, shade.options = [extra] }\n"
      "source { A { username = \"cmVhZGVy\", password = \"czNjcmV0\", plain = \"cmVhZGVy\", "
      "token = [\"YQ==\", \"Yg\"], deep { password = \"czNjcmV0\" } } }\n"
      "sink { B { auth = \"cmVhZGVy\", extra = \"cmVhZGVy\", secret_key = \"\" } }");
  EXPECT_EQ(loaded.mistakes, "");
  EXPECT_EQ(loaded.job.sources[0].options.ToText(),
            R"({"username":"reader","password":"s3cret","plain":"cmVhZGVy","token":["a","b"],)"
            R"("deep":{"password":"czNjcmV0"},"plugin_name":"A"})");
  EXPECT_EQ(loaded.job.sinks[0].options.ToText(),
            R"({"auth":"reader","extra":"reader","secret_key":"","plugin_name":"B"})");
}

TEST(JobFile, Rule14WhatIsNoBase64IsAMistakeThatDoesNotShowIt) {
  const Loaded loaded = Load(
      "env { shade.identifier = base64 }\nsource { A { password = \"s3cret!\" } }\nsink { B {} }");
  EXPECT_EQ(loaded.mistakes,
            "job.conf:2:25: option 'password' must be base64, because of shade.identifier");
}

TEST(Variables, CommasSplitOutsideQuotesAndBrackets) {
  EXPECT_EQ(Given("a=1,b=2"), "a=1;b=2;");
  EXPECT_EQ(Given("a=[1,2],b=\"x,y\""), "a=[1,2];b=\"x,y\";");
  EXPECT_EQ(Given("a=\"[,\",b=]"), "a=\"[,\";b=];");
}

TEST(Variables, TheFirstEqualsSignSplitsAndItemsWithoutOneAreIgnored) {
  EXPECT_EQ(Given("url=jdbc:mysql://h/d?a=b"), "url=jdbc:mysql://h/d?a=b;");
  EXPECT_EQ(Given("a,b=1,,=x"), "=x;b=1;");
  EXPECT_EQ(Given(""), "");
}

TEST(JobFile, TheFilesValueWinsOverAVariableAndAVariableOverTheEnvironment) {
  JobFileArgs args{.variables = {{"x", "given"}, {"y", "given"}}};
  args.environment = [](const std::string& name) {
    return std::optional<std::string>(name + " of the environment");
  };
  const Loaded loaded = Load(
      "env {}\nx = own\nsource { A { x = ${x}, y = ${y}, z = ${z}, q = \"${z}\" } }\n"
      "sink { B {} }",
      args);
  EXPECT_EQ(loaded.job.sources[0].options.ToText(),
            R"({"x":"own","y":"given","z":"z of the environment","q":"${z}","plugin_name":"A"})");
}

TEST(JobFile, TheNameOfTheCommandLineWinsUnlessItIsADefault) {
  const auto named = [](const std::string& given) {
    return Load(std::string("env { job.name = mine }\n") + kMinimal, {.job_name = given})
        .job.env.job_name;
  };
  EXPECT_EQ(named(""), "mine");
  EXPECT_EQ(named("yours"), "yours");
  EXPECT_EQ(named("SeaTunnel"), "mine");
  EXPECT_EQ(named("SeaTunnel_Job"), "mine");
  EXPECT_EQ(Load(std::string("env {}\n") + kMinimal).job.env.job_name, "SeaTunnel_Job");
}

TEST(JobFile, EnvHasSeaTunnelsDefaults) {
  const EnvOptions env = Load(std::string("env {}\n") + kMinimal).job.env;
  EXPECT_EQ(env.job_mode, JobMode::kBatch);
  EXPECT_EQ(env.parallelism, 1);
  EXPECT_EQ(env.job_retry_times, 3);
  EXPECT_EQ(env.job_retry_interval_seconds, 3);
  EXPECT_FALSE(env.checkpoint_interval_ms || env.checkpoint_timeout_ms ||
               env.schema_change_timeout_ms || env.min_pause_ms || env.read_limit_rows_per_second ||
               env.read_limit_bytes_per_second);
}

TEST(JobFile, EnvValuesAreCoerced) {
  const Loaded loaded = Load(
      "env { job.mode = \"streaming\", parallelism = \"2\", checkpoint.interval = \"1e3\"\n"
      "checkpoint.min-pause = -1, job.retry.times = 0, read_limit.rows_per_second = 7.0 }\n" +
      std::string(kMinimal));
  EXPECT_EQ(loaded.mistakes, "");
  EXPECT_EQ(loaded.job.env.job_mode, JobMode::kStreaming);
  EXPECT_EQ(loaded.job.env.parallelism, 2);
  EXPECT_EQ(loaded.job.env.checkpoint_interval_ms, 1000);
  EXPECT_FALSE(loaded.job.env.min_pause_ms);
  EXPECT_EQ(loaded.job.env.job_retry_times, 0);
  EXPECT_EQ(loaded.job.env.read_limit_rows_per_second, 7);
}

TEST(JobFile, JsonNeedsPluginNames) {
  JobFileArgs args{.path = "job.json"};
  const Loaded good = Load(R"({"env": {}, "source": [{"plugin_name": "A", "parallelism": 3}],
                               "sink": [{"plugin_name": "B", "plugin_input": "x"}]})",
                           args);
  EXPECT_EQ(good.mistakes, "");
  EXPECT_EQ(good.job.sources[0].plugin_name, "A");
  EXPECT_EQ(good.job.sources[0].parallelism, 3);
  EXPECT_THAT(good.job.sinks[0].inputs, ElementsAre("x"));
  const Loaded bad = Load(R"({"env": {}, "source": [{"x": 1}], "sink": {"B": {}}})", args);
  EXPECT_EQ(bad.mistakes,
            "job.json:1:24: source: plugin_name is missing\n"
            "job.json:1:43: 'sink' must be a list of plugins, but is an object");
}

TEST(JobFile, MembersThatNobodyReadsAreNotedWithTheNearestName) {
  const Loaded loaded = Load(std::string("env {}\nsinks { A {} }\nx = 1\n") + kMinimal);
  EXPECT_THAT(loaded.notes, ElementsAre("job.conf:2:1: the member 'sinks' of the job file is not "
                                        "read; did you mean 'sink'?"));
}

TEST(JobFile, IncludesAreFoundBesideTheFile) {
  Env& env = Env::Default();
  const std::string dir = testing::TempDir() + "/sluice-includes";
  ASSERT_TRUE(env.MakeDirs(dir).ok());
  ASSERT_TRUE(env.WriteFile(dir + "/common.conf", "env { job.name = shared }").ok());
  ASSERT_TRUE(
      env.WriteFile(dir + "/job.conf", std::string("include \"common\"\n") + kMinimal).ok());
  Diagnostics diagnostics;
  const JobFile job = LoadJobFile(env, {.path = dir + "/job.conf"}, diagnostics);
  EXPECT_TRUE(diagnostics.ok());
  EXPECT_EQ(job.env.job_name, "shared");
  ASSERT_TRUE(env.WriteFile(dir + "/common.conf", "env { job.name = }").ok());
  LoadJobFile(env, {.path = dir + "/job.conf"}, diagnostics);
  EXPECT_THAT(std::string(diagnostics.ToStatus().message()),
              HasSubstr("common.conf:1:18: expected a value for 'job.name'"));
}

TEST(JobFile, CommonOptionsThatChangeNothingAreNoted) {
  const Loaded loaded = Load(
      "env {}\nsource { A { dag-parsing.mode = SHARDING } }\n"
      "sink { B { parallelism = 4, multi_table_sink_replica = 2 } }");
  EXPECT_EQ(loaded.mistakes, "");
  EXPECT_THAT(loaded.notes,
              ElementsAre(HasSubstr("'dag-parsing.mode' is ignored"),
                          HasSubstr("'parallelism' is ignored: it takes that of the source"),
                          HasSubstr("'multi_table_sink_replica' is ignored")));
}

}  // namespace
}  // namespace sluice
