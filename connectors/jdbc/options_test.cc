// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "config/job_file.h"
#include "jdbc/sink_options.h"
#include "jdbc/sink_tables.h"
#include "jdbc/source_options.h"

namespace sluice::jdbc {
namespace {

using testing::HasSubstr;

PluginConfig Config(const std::string& section, const std::string& text) {
  JobFileArgs args;
  args.path = "test.conf";
  Diagnostics diagnostics;
  const bool sink = section == "sink";
  const JobFile job =
      ParseJobFile(Env::Default(),
                   "env {}\nsource {\n" + (sink ? "Fake {}" : "Jdbc {\n" + text + "\n}") +
                       "\n}\nsink {\n" + (sink ? "Jdbc {\n" + text + "\n}" : "Console {}") + "\n}",
                   args, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.ToStatus().ToString();
  return sink ? job.sinks.at(0) : job.sources.at(0);
}

struct Parsed {
  std::optional<SinkOptions> options;
  std::string errors;
  std::string notes;
};

Parsed ParseSink(const std::string& text, EnvOptions env = {}) {
  Diagnostics diagnostics;
  Parsed out;
  out.options = ParseSinkOptions(Config("sink", text), env, diagnostics);
  for (const Remark& error : diagnostics.errors()) out.errors += error.text + "\n";
  for (const Remark& note : diagnostics.notes()) out.notes += note.text + "\n";
  return out;
}

constexpr char kGood[] =
    "url = \"jdbc:mysql://h:1/db\"\n driver = x\n generate_sink_sql = true\n database = ods\n";

TEST(JdbcOptions, AJobThatFollowsItsSourceHasStages) {
  const std::string less = std::string(kGood) + "is_exactly_once = false\n";
  EnvOptions follows;
  follows.job_mode = JobMode::kStreaming;
  EXPECT_TRUE(ParseSink(kGood).options->stages);
  EXPECT_FALSE(ParseSink(less).options->stages);
  EXPECT_TRUE(ParseSink(less, follows).options->stages);
  const std::string query = "url = \"jdbc:mysql://h/db\"\n query = \"INSERT INTO t VALUES (?)\"\n";
  EXPECT_FALSE(ParseSink(query, follows).options->stages);
  const std::string copied =
      "url = \"jdbc:postgresql://h/db\"\n generate_sink_sql = true\n database = db\n"
      "use_copy_statement = true\n is_exactly_once = false\n";
  EXPECT_FALSE(ParseSink(copied, follows).options->stages);
}

TEST(JdbcOptions, ThePromiseFollowsOptionAndJob) {
  EXPECT_TRUE(ParseSink(kGood).options->two_phase);
  EXPECT_FALSE(ParseSink(std::string(kGood) + "is_exactly_once = false\n").options->two_phase);
  EnvOptions less;
  less.guarantee = Guarantee::kAtLeastOnce;
  EXPECT_FALSE(ParseSink(kGood, less).options->two_phase);
  EXPECT_TRUE(ParseSink(std::string(kGood) + "is_exactly_once = true\n", less).options->two_phase);
  const std::string query = "url = \"jdbc:mysql://h/db\"\n query = \"INSERT INTO t VALUES (?)\"\n";
  EXPECT_FALSE(ParseSink(query).options->two_phase);
  EXPECT_THAT(ParseSink(query + "is_exactly_once = true\n").errors, HasSubstr("is_exactly_once"));
}

TEST(JdbcOptions, MistakesAreTold) {
  EXPECT_THAT(ParseSink("url = \"jdbc:mysql://h/db\"").errors, HasSubstr("generate_sink_sql"));
  EXPECT_THAT(ParseSink(std::string(kGood) + "query = x\n").errors, HasSubstr("not both"));
  EXPECT_THAT(ParseSink(std::string(kGood) + "use_copy_statement = true\n").errors,
              HasSubstr("PostgreSQL"));
  EXPECT_THAT(
      ParseSink("url = \"jdbc:oracle:thin:@h\"\n generate_sink_sql = true\n database = x").errors,
      HasSubstr("not supported"));
}

TEST(JdbcOptions, ParametersOfTheUrl) {
  const auto url = [](const std::string& parameters) {
    return ParseSink("generate_sink_sql = true\n database = db\n url = \"jdbc:mysql://h/db?" +
                     parameters + "\"");
  };
  EXPECT_EQ(url("useSSL=false").options->endpoints[0].tls, TlsMode::kDisabled);
  EXPECT_EQ(url("sslMode=verify_ca&sslCa=/ca.pem").options->endpoints[0].tls, TlsMode::kVerifyCa);
  EXPECT_EQ(url("connectTimeout=1500").options->endpoints[0].connect_timeout,
            std::chrono::milliseconds(1500));
  EXPECT_FALSE(url("tinyInt1isBit=false").options->tiny_int_is_bit);
  EXPECT_TRUE(url("zeroDateTimeBehavior=convertToNull").options->zero_dates_are_null);
  EXPECT_THAT(url("zeroDateTimeBehavior=ROUND").errors, HasSubstr("zeroDateTimeBehavior"));
  EXPECT_THAT(url("serverTimezone=UTC").notes, HasSubstr("serverTimezone"));
  EXPECT_THAT(url("rewriteBatchedStatements=true").notes, HasSubstr("rewriteBatchedStatements"));
  EXPECT_THAT(url("someThing=1").notes, HasSubstr("someThing"));
  EXPECT_THAT(url("trustCertificateKeyStoreUrl=x").errors, HasSubstr("PEM"));
  const auto postgres = ParseSink(
      "generate_sink_sql = true\n database = db\n url = "
      "\"jdbc:postgresql://a,b:5/db?sslmode=require&currentSchema=s&socketTimeout=7\"");
  ASSERT_TRUE(postgres.options) << postgres.errors;
  ASSERT_EQ(postgres.options->endpoints.size(), 2U);
  EXPECT_EQ(postgres.options->endpoints[0].port, 5432);
  EXPECT_EQ(postgres.options->endpoints[1].port, 5);
  EXPECT_EQ(postgres.options->endpoints[1].tls, TlsMode::kRequired);
  EXPECT_EQ(postgres.options->endpoints[1].read_timeout, std::chrono::seconds(7));
  EXPECT_EQ(postgres.options->schema, "s");
}

Schema Source() {
  Schema schema;
  schema.path = {"shop", "", "Items"};
  schema.columns = {{.name = "id", .type = Of(TypeKind::kInt), .nullable = false},
                    {.name = "Name", .type = Of(TypeKind::kString)}};
  schema.primary_key = {0};
  return schema;
}

TEST(SinkTables, NamesFollowTheOptions) {
  const auto path = [](const std::string& text) {
    const auto options = ParseSink(text).options;
    const auto found = TargetPath(*options, Source());
    return found ? found->ToString() : std::string(found.error().message());
  };
  const std::string postgres = "url = \"jdbc:postgresql://h/db\"\n generate_sink_sql = true\n";
  EXPECT_EQ(path(kGood), "ods.Items");
  EXPECT_EQ(path(std::string(kGood) + "tablePrefix = a_\n tableSuffix = _z\n"), "ods.a_Items_z");
  EXPECT_EQ(path(std::string(kGood) + "table = \"x_${table_name}\"\n field_ide = LOWERCASE"),
            "ods.x_items");
  EXPECT_EQ(path(postgres + "database = db\n table = \"${database_name}.${table_name}\"\n"),
            "db.shop.Items");
  EXPECT_THAT(path(postgres + "database = \"${database_name}\"\n"),
              HasSubstr("one database a connection"));
}

TEST(SinkTables, ATargetThatCannotTakeTheRowsIsToldWhole) {
  const auto options = ParseSink(kGood).options;
  const TablePath path{"ods", "", "Items"};
  TargetFacts facts;
  facts.columns = {{.name = "ID", .type = "int", .nullable = false},
                   {.name = "must", .type = "int", .nullable = false}};
  const auto wrong = FitTarget(facts, *options, path, Source());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), Code::kSchemaMismatch);
  EXPECT_THAT(std::string(wrong.error().message()),
              testing::AllOf(HasSubstr("Name LONGTEXT"), HasSubstr("must")));
  facts.columns[1] = {.name = "name", .type = "text"};
  const auto without_index = FitTarget(facts, *options, path, Source());
  ASSERT_TRUE(without_index);
  EXPECT_EQ(without_index->merge, Merge::kByKey);
  facts.unique = {{"ID"}};
  EXPECT_EQ(FitTarget(facts, *options, path, Source())->merge, Merge::kUpsert);
  facts.transactional = false;
  EXPECT_FALSE(FitTarget(facts, *options, path, Source()));
}

TEST(SinkTables, RowsMayExchangeValuesOfFurtherKeys) {
  const auto options = ParseSink(kGood).options;
  TargetFacts facts;
  facts.columns = {{.name = "Id", .type = "int", .nullable = false},
                   {.name = "Name", .type = "varchar(9)"}};
  facts.unique = {{"Id"}, {"Name"}};
  const auto fit = [&] { return *FitTarget(facts, *options, {"ods", "", "Items"}, Source()); };
  EXPECT_EQ(fit().merge, Merge::kAnew);
  EXPECT_TRUE(fit().further_keys);
  EXPECT_EQ(fit().further, std::vector<uint32_t>{1});
  facts.unique[1] = {"Name", ""};  // an expression
  EXPECT_EQ(fit().merge, Merge::kAnew);
  EXPECT_TRUE(fit().further.empty());
  facts.unique[1] = {"Id", "Name"};  // rows of different keys do not meet there
  EXPECT_EQ(fit().merge, Merge::kUpsert);
  EXPECT_FALSE(fit().further_keys);
  facts.unique[1] = {"Name"};
  facts.deletes_spread = true;
  EXPECT_EQ(fit().merge, Merge::kByKey);  // never by an upsert, which might overwrite another row
  EXPECT_TRUE(fit().further_keys);
  facts.deletes_spread = false;
  facts.columns.push_back({.name = "mark", .type = "int"});  // its values would be lost
  EXPECT_EQ(fit().merge, Merge::kByKey);
}

TEST(JdbcOptions, TheSourceReadsOneThingOrAList) {
  const auto errors = [](const std::string& text) {
    Diagnostics diagnostics;
    ParseSourceOptions(Config("source", "url = \"jdbc:mysql://h/db\"\n" + text), EnvOptions(),
                       diagnostics);
    std::string out;
    for (const Remark& error : diagnostics.errors()) out += error.text + "\n";
    return out;
  };
  EXPECT_EQ(errors("table_path = db.t\n where_condition = \"WHERE a > 1\""), "");
  EXPECT_EQ(errors("table_list = [{table_path = db.t}, {table_path = db.u, query = q}]"), "");
  EXPECT_THAT(errors(""), HasSubstr("table_path, query and table_list"));
  EXPECT_THAT(errors("table_list = [{query = q}, {query = r}]"), HasSubstr("table_path"));
  EXPECT_THAT(errors("table_path = db.t\n where_condition = \"a > 1\""), HasSubstr("where"));
}

TEST(JdbcOptions, WhatPartsNothingIsTold) {
  const auto parse = [](const std::string& text) {
    Diagnostics diagnostics;
    const auto options = ParseSourceOptions(
        Config("source", "url = \"jdbc:mysql://h/db\"\n" + text), EnvOptions(), diagnostics);
    std::string out = options && options->items[0].in_parts ? "in parts\n" : "";
    for (const Remark& error : diagnostics.errors()) out += error.text + "\n";
    for (const Remark& note : diagnostics.notes()) out += note.text + "\n";
    return out;
  };
  const std::string query = "query = q\n partition_column = a\n";
  const std::string lower = "partition_lower_bound = 5\n";
  const std::string upper = "partition_upper_bound = 9\n";
  EXPECT_EQ(parse(query + "partition_num = 3\n" + lower + upper), "in parts\n");
  EXPECT_EQ(parse(query + "table_path = db.t\n" + lower + upper), "in parts\n");
  EXPECT_THAT(parse(query + lower), HasSubstr("'partition_lower_bound' is ignored: one bound"));
  EXPECT_THAT(parse(query + upper), HasSubstr("'partition_upper_bound' is ignored: one bound"));
  EXPECT_EQ(parse("table_path = db.t\n partition_column = a"), "");
  for (const char* path : {"table_path = db.t\n partition_column = a\n", "query = q\n"}) {
    EXPECT_THAT(parse(path + lower + upper + "partition_num = 3"),
                testing::AllOf(HasSubstr("'partition_num' is ignored"),
                               HasSubstr("'partition_lower_bound' is ignored"),
                               HasSubstr("'partition_upper_bound' is ignored")));
  }
  EXPECT_THAT(parse("table_list = [{table_path = db.t, query = q, partition_column = a, "
                    "partition_num = 2}]"),
              HasSubstr("table_list: db.t: option 'partition_num' is ignored"));
  EXPECT_THAT(parse(query + lower + "partition_upper_bound = 4"), HasSubstr("is above"));
  EXPECT_THAT(parse(query + lower + "partition_upper_bound = x"), HasSubstr("'x' is no number"));
}

}  // namespace
}  // namespace sluice::jdbc
