// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/world_for_tests.h"

namespace sluice::cli {
namespace {

using ::testing::HasSubstr;

TEST(Plugins, ListsAllOnALineEach) {
  const Printed printed = RunCommand({"plugins"});
  EXPECT_EQ(printed.code, kExitOk);
  for (const char* line :
       {"job        env ", "any        common ", "source     FakeSource ", "source     MySQL-CDC ",
        "transform  TableRename ", "sink       Console ", "sink       StarRocks "}) {
    EXPECT_THAT(printed.out, HasSubstr(line));
  }
}

TEST(Plugins, ShowsTypeLimitsDefaultChoicesAndOlderNames) {
  const Printed printed = RunCommand({"plugins", "starrocks"});
  EXPECT_EQ(printed.code, kExitOk);
  EXPECT_THAT(printed.out, HasSubstr("  nodeUrls  (list, required, not empty)\n"
                                     "      Front ends' HTTP addresses, host:8030.\n"
                                     "      older name: node_urls\n"));
  EXPECT_THAT(printed.out, HasSubstr("  batch_max_rows  (int, at least 1, default 1024)\n"));
  EXPECT_THAT(printed.out, HasSubstr("  password  (secret, required)\n"));
  EXPECT_THAT(printed.out, HasSubstr("      one of: APPEND_DATA, DROP_DATA, CUSTOM_PROCESSING, "
                                     "ERROR_WHEN_DATA_EXISTS\n"));
  EXPECT_THAT(printed.out,
              HasSubstr("  batch_interval_ms  (int, between 1 and 86400000, default 1000)\n"
                        "      Milliseconds until written rows are visible"));
  EXPECT_THAT(printed.out, HasSubstr("  table_options\n      not supported: write them into"));
  EXPECT_THAT(RunCommand({"plugins", "jdbc"}).out,
              HasSubstr("  auto_commit\n      ignored: each batch"));
}

TEST(Plugins, ShowsWhatObjectsHoldAndOnlyNamesWhatStandsAbove) {
  EXPECT_THAT(RunCommand({"plugins", "TABLERENAME"}).out,
              HasSubstr("  table_transform  (list of objects)\n"
                        "      Options for single tables, instead of those at the top.\n"
                        "      table_path  (string, required)\n"
                        "          Full name of the table.\n"
                        "      as above: convert_case, prefix, suffix, replacements_with_regex\n"));
}

TEST(Plugins, SuggestsTheNearestName) {
  const Printed printed = RunCommand({"plugins", "mysqlcd"});
  EXPECT_EQ(printed.code, kExitFailed);
  EXPECT_EQ(printed.out, "");
  EXPECT_THAT(printed.err, HasSubstr("there is no plugin 'mysqlcd'; did you mean 'MySQL-CDC'?"));
}

TEST(Plugins, JsonHoldsEveryOptionOfEveryPlugin) {
  Registry registry;
  RegisterPlugins(registry);
  const auto pages = nlohmann::json::parse(RunCommand({"plugins", "--json"}).out);
  for (const Plugin& plugin : registry.plugins()) {
    const auto page = std::ranges::find_if(pages, [&](const nlohmann::json& one) {
      return one["name"] == plugin.name && one["kind"] == PluginKindName(plugin.kind);
    });
    ASSERT_NE(page, pages.end()) << plugin.name;
    ASSERT_EQ((*page)["options"].size(), plugin.options.size());
    for (size_t i = 0; i < plugin.options.size(); ++i) {
      const auto& option = (*page)["options"][i];
      EXPECT_EQ(option["name"], plugin.options[i].name);
      EXPECT_EQ(option["help"], plugin.options[i].help);
    }
  }
}

TEST(Plugins, EveryOptionHasHelpAndEveryUnusedOneAReason) {
  Registry registry;
  RegisterPlugins(registry);
  for (const Plugin& plugin : registry.plugins()) {
    EXPECT_TRUE(plugin.summary.ends_with('.')) << plugin.name;
    for (const OptionInfo& option : plugin.options) {
      EXPECT_GE(option.help.size(), 10U) << plugin.name << ": " << option.name;
      const bool honoured = option.use == OptionInfo::Use::kHonoured;
      EXPECT_EQ(option.type.empty(), !honoured) << plugin.name << ": " << option.name;
    }
  }
}

}  // namespace
}  // namespace sluice::cli
