// SPDX-License-Identifier: Apache-2.0
#include "mysql/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/hocon.h"

namespace sluice::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kLeast[] =
    R"(base-url = "jdbc:mysql://db:3307/shop", username = u, password = secret)";

struct Parsed {
  std::optional<MysqlCdcOptions> options;
  std::string errors;
  std::string notes;
};

Parsed Parse(const std::string& text, int64_t parallelism = 1) {
  Diagnostics diagnostics;
  auto value = ParseHocon(text, "job.conf", HoconOptions(), diagnostics);
  EXPECT_TRUE(value.has_value()) << text;
  PluginConfig config;
  config.section = "source";
  config.plugin_name = "MySQL-CDC";
  config.options = *value;
  EnvOptions env;
  env.parallelism = parallelism;
  Parsed parsed;
  parsed.options = ParseOptions(config, env, 17, diagnostics);
  for (const auto& remark : diagnostics.errors()) parsed.errors += remark.text + "\n";
  for (const auto& remark : diagnostics.notes()) parsed.notes += remark.text + "\n";
  EXPECT_EQ(parsed.options.has_value(), parsed.errors.empty());
  return parsed;
}

Parsed With(const std::string& more, int64_t parallelism = 1) {
  return Parse(std::string(kLeast) + "\ntable-names = [shop.goods]\n" + more, parallelism);
}

std::string UrlError(const std::string& url) {
  SqlEndpoint endpoint;
  std::vector<std::string> notes;
  return ParseJdbcUrl(url, endpoint, notes);
}

TEST(MysqlCdcOptions, TheLeastThatIsNeeded) {
  const Parsed parsed = With("");
  ASSERT_TRUE(parsed.options) << parsed.errors;
  EXPECT_EQ(parsed.options->endpoint.host, "db");
  EXPECT_EQ(parsed.options->endpoint.port, 3307);
  EXPECT_EQ(parsed.options->endpoint.user, "u");
  EXPECT_EQ(parsed.options->endpoint.tls, TlsMode::kPreferred);
  EXPECT_EQ(parsed.options->url_database, "shop");
  EXPECT_EQ(parsed.options->start_mode, StartMode::kInitial);
  EXPECT_EQ(parsed.options->server_id_first, 6517U);
  EXPECT_EQ(parsed.options->server_id_last, 6517U);
  EXPECT_THAT(
      Parse(R"(url = "jdbc:mysql://db/s", username = u, password = p, table-names = [a.b])").errors,
      IsEmpty());
}

TEST(MysqlCdcOptions, ModesAreGivenTheirPlaces) {
  EXPECT_EQ(With("startup.mode = latest").options->start_mode, StartMode::kLatest);
  const Parsed both = With(
      "startup.mode = specific, startup.specific-offset { file = binlog.000007, pos = 154 }\n"
      "stop.mode = timestamp, stop.timestamp = 1700000000000");
  ASSERT_TRUE(both.options) << both.errors;
  EXPECT_EQ(PlacesText(*both.options), "binlog.000007:154 to 1700000000000 ms");
  EXPECT_THAT(With("startup.mode = specific, startup.specific-offset.gtids = \"0-1-5\"").errors,
              IsEmpty());
}

TEST(MysqlCdcOptions, WhatAModeLacksIsNamed) {
  const std::vector<std::pair<std::string, std::string>> lacking = {
      {"startup.mode = nonsense", "startup.mode"},
      {"startup.mode = specific", "'startup.specific-offset.file' is missing"},
      {"startup.mode = timestamp", "'startup.timestamp' is missing"},
      {"stop.mode = specific", "'stop.specific-offset.pos' is missing"},
      {"stop.mode = timestamp", "'stop.timestamp' is missing"},
      {"startup.mode = specific, startup.specific-offset { file = a.1, gtids = \"0-1-5\" }",
       "not both"},
      {"startup.mode = specific, startup.specific-offset { file = a.1, pos = 3 }",
       "startup.specific-offset.pos"},
  };
  for (const auto& [text, error] : lacking) {
    EXPECT_THAT(With(text).errors, HasSubstr(error)) << text;
  }
}

TEST(MysqlCdcOptions, PlacesOfAnotherModeAreNoMistake) {
  EXPECT_THAT(With("startup.timestamp = 5, stop.specific-offset.pos = 5").errors, IsEmpty());
}

TEST(MysqlCdcOptions, TablesAreNamedOneWay) {
  EXPECT_THAT(Parse(kLeast).errors, HasSubstr("or give table-pattern"));
  EXPECT_THAT(With("table-pattern = \"shop\\\\..*\"").errors, HasSubstr("not both"));
  EXPECT_THAT(Parse(std::string(kLeast) + "\ntable-names = [goods]").errors,
              HasSubstr("wants database.table, but one is 'goods'"));
  EXPECT_THAT(Parse(std::string(kLeast) + "\ntable-pattern = \"(\"").errors,
              HasSubstr("no regular expression"));
}

TEST(MysqlCdcOptions, ServerIdsAreAsManyAsReaders) {
  const Parsed range = With("server-id = 5400-5407", 8);
  ASSERT_TRUE(range.options) << range.errors;
  EXPECT_EQ(range.options->server_id_first, 5400U);
  EXPECT_EQ(range.options->server_id_last, 5407U);
  EXPECT_EQ(With("server-id = 5400").options->server_id_last, 5400U);
  EXPECT_THAT(With("server-id = 5400-5402", 4).errors, HasSubstr("fewer ids"));
  for (const std::string bad : {"0", "5-4", "x", "4294967296", "-1", "1-"}) {
    EXPECT_THAT(With("server-id = \"" + bad + "\"").errors, HasSubstr("server-id")) << bad;
  }
}

TEST(MysqlCdcOptions, ServerTimeZone) {
  EXPECT_FALSE(With("").options->zone);
  EXPECT_EQ(With("server-time-zone = \"Asia/Shanghai\"").options->zone(0), 28'800);
  EXPECT_THAT(With("server-time-zone = Mars").errors,
              HasSubstr("source 'MySQL-CDC': option 'server-time-zone' must be UTC, an offset"));
}

TEST(MysqlCdcOptions, WhatWouldChangeRowsIsRefusedAndTheRestIsIgnoredWithAReason) {
  EXPECT_THAT(With("debezium { decimal.handling.mode = double }").errors,
              HasSubstr("decimals are always exact"));
  EXPECT_THAT(With("debezium { column.exclude.list = x }").errors,
              HasSubstr("column.exclude.list"));
  const Parsed ignored = With("snapshot.fetch.size = 5\ndebezium { max.batch.size = 9 }");
  EXPECT_THAT(ignored.errors, IsEmpty());
  EXPECT_THAT(ignored.notes, HasSubstr("snapshot.fetch.size"));
  EXPECT_THAT(With("tabel-names = [a.b]").errors, HasSubstr("table-names"));
}

TEST(JdbcUrl, HostsPortsDatabasesAndParameters) {
  SqlEndpoint endpoint;
  std::vector<std::string> notes;
  EXPECT_EQ(ParseJdbcUrl("jdbc:mysql://10.0.0.1", endpoint, notes), "");
  EXPECT_EQ(endpoint.host, "10.0.0.1");
  EXPECT_EQ(endpoint.port, 3306);
  EXPECT_EQ(
      ParseJdbcUrl("jdbc:mysql://[::1]:3308/shop?useSSL=false&useUnicode=true", endpoint, notes),
      "");
  EXPECT_EQ(endpoint.host, "::1");
  EXPECT_EQ(endpoint.port, 3308);
  EXPECT_EQ(endpoint.database, "shop");
  EXPECT_EQ(endpoint.tls, TlsMode::kDisabled);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("useUnicode")));
  EXPECT_EQ(ParseJdbcUrl("jdbc:mysql://h/?sslMode=verify_ca&sslCa=/ca.pem", endpoint, notes), "");
  EXPECT_EQ(endpoint.tls, TlsMode::kVerifyCa);
  EXPECT_EQ(endpoint.tls_ca_file, "/ca.pem");
}

TEST(JdbcUrl, SaysWhatIsWrong) {
  for (const std::string url :
       {"", "mysql://h/db", "jdbc:postgresql://h/db", "jdbc:mysql://", "jdbc:mysql:///db",
        "jdbc:mysql://h:0/db", "jdbc:mysql://h:99999/db", "jdbc:mysql://h:x/db",
        "jdbc:mysql://a,b/db", "jdbc:mysql://[::1/db", "jdbc:mysql://h/db?sslMode=MAYBE",
        "jdbc:mysql://h/db?trustCertificateKeyStoreUrl=file:x"}) {
    EXPECT_NE(UrlError(url), "") << url;
  }
}

TEST(MysqlCdcOptions, IncompleteRowsAreRefusedUnlessTheyAreToBeReread) {
  EXPECT_FALSE(Parse(std::string(kLeast) + ", table-names = [a.b]").options->rereads());
  const auto reread =
      Parse(std::string(kLeast) + ", table-names = [a.b], incomplete-rows = reread");
  EXPECT_TRUE(reread.options->rereads());
  EXPECT_THAT(Parse(std::string(kLeast) + ", table-names = [a.b], incomplete-rows = x").errors,
              HasSubstr("incomplete-rows"));
}

}  // namespace
}  // namespace sluice::mysql
