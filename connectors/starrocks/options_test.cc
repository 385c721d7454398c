// SPDX-License-Identifier: Apache-2.0
#include "starrocks/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/job_file.h"

namespace sluice::starrocks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr char kLeast[] = R"(nodeUrls = ["fe:8030"], username = root, password = "", database = ods,
                             base-url = "jdbc:mysql://fe:9030")";

struct Parsed {
  std::optional<StarrocksOptions> options;
  std::vector<std::string> errors;
  std::vector<std::string> notes;
  std::string all() const {
    std::string out;
    for (const std::string& error : errors) out += error + "\n";
    return out;
  }
};

Parsed Parse(const std::string& text, const std::string& env = "") {
  Diagnostics diagnostics;
  const JobFileArgs args{.path = "job.conf"};
  const JobFile job =
      ParseJobFile(Env::Default(),
                   "env { " + env + " }\nsource { Fake {} }\nsink { StarRocks { " + text + " } }",
                   args, diagnostics);
  Parsed parsed;
  if (diagnostics.ok()) parsed.options = ParseOptions(job.sinks[0], job.env, diagnostics);
  for (const Remark& error : diagnostics.errors()) parsed.errors.push_back(error.ToString());
  for (const Remark& note : diagnostics.notes()) parsed.notes.push_back(note.ToString());
  return parsed;
}
Parsed With(const std::string& more, const std::string& env = "") {
  return Parse(std::string(kLeast) + "\n" + more, env);
}

TEST(StarrocksOptionsTest, TheLeastIsEnough) {
  const Parsed parsed = With("");
  ASSERT_TRUE(parsed.options) << parsed.all();
  EXPECT_THAT(parsed.options->node_urls, ElementsAre("fe:8030"));
  EXPECT_EQ(parsed.options->sql.host, "fe");
  EXPECT_EQ(parsed.options->sql.port, 9030);
  EXPECT_EQ(parsed.options->table, "${table_name}");
  EXPECT_EQ(parsed.options->batch_max_rows, 1024);
  EXPECT_FALSE(parsed.options->enable_upsert_delete);
  EXPECT_THAT(parsed.options->create_template, HasSubstr("PRIMARY KEY (${rowtype_primary_key})"));
}

TEST(StarrocksOptionsTest, EveryOptionIsRead) {
  const Parsed parsed = Parse(R"(
      node_urls = "http://a:8030/,b:8031"
      base_url = "jdbc:mysql://h/db?useSSL=false"
      username = u, password = p, database = "d", table = "ods_${table_name}", labelPrefix = nightly
      batch_max_rows = 7, batch_max_bytes = "8", max_retries = 2
      retry_backoff_multiplier_ms = 9, max_retry_backoff_ms = 10, http_socket_timeout_ms = 11
      enable_upsert_delete = "true"
      schema_save_mode = recreate_schema, data_save_mode = CUSTOM_PROCESSING
      custom_sql = "DELETE", save_mode_create_template = "CREATE"
      starrocks.config { strict_mode = true, format = JSON, strip_outer_array = true }
  )");
  ASSERT_TRUE(parsed.options) << parsed.all();
  const StarrocksOptions& o = *parsed.options;
  EXPECT_THAT(o.node_urls, ElementsAre("a:8030", "b:8031"));
  EXPECT_EQ(o.sql.host + ":" + std::to_string(o.sql.port), "h:9030");
  EXPECT_EQ(o.sql.user, "u");
  EXPECT_EQ(o.sql.password.Reveal(), "p");
  EXPECT_EQ(o.database, "d");
  EXPECT_EQ(o.table, "ods_${table_name}");
  EXPECT_EQ(o.label_prefix, "nightly");
  EXPECT_EQ(o.batch_max_rows, 7);
  EXPECT_EQ(o.batch_max_bytes, 8);
  EXPECT_EQ(o.max_retries, 2);
  EXPECT_EQ(o.retry_backoff_multiplier_ms, 9);
  EXPECT_EQ(o.max_retry_backoff_ms, 10);
  EXPECT_EQ(o.http_socket_timeout_ms, 11);
  EXPECT_TRUE(o.enable_upsert_delete);
  EXPECT_EQ(o.schema_save_mode, SchemaSaveMode::kRecreate);
  EXPECT_EQ(o.data_save_mode, DataSaveMode::kCustom);
  EXPECT_EQ(o.custom_sql, "DELETE");
  EXPECT_EQ(o.create_template, "CREATE");
  EXPECT_THAT(o.config, ElementsAre(Pair("strict_mode", "true")));
}

TEST(StarrocksOptionsTest, WhatIsMissingIsToldAtOnce) {
  const std::string all = Parse("").all();
  for (const char* name : {"nodeUrls", "username", "password", "database", "base-url"}) {
    EXPECT_THAT(all, HasSubstr(name));
  }
}

TEST(StarrocksOptionsTest, HeadersThatWouldBreakThePromiseAreRefused) {
  for (const char* header : {"label = x",
                             "Label = x",
                             "db = x",
                             "table = x",
                             "Expect = x",
                             "authorization = x",
                             "content-length = 1",
                             "transfer-encoding = chunked",
                             "transaction_type = multi",
                             "timeout = 5",
                             "prepared_timeout = 5",
                             "two_phase_commit = true",
                             "channel_id = 1",
                             "channel_num = 2",
                             "enable_merge_commit = true",
                             "merge_commit_async = true",
                             "merge_commit_interval_ms = 1",
                             "merge_commit_parallel = 1",
                             "columns = \"a,b\"",
                             "jsonpaths = x",
                             "json_root = x"}) {
    const Parsed parsed = With(std::string("starrocks.config { ") + header + " }");
    EXPECT_FALSE(parsed.options) << header;
    ASSERT_EQ(parsed.errors.size(), 1U) << header;
    EXPECT_THAT(parsed.errors[0], HasSubstr("job.conf:")) << header;
    EXPECT_THAT(parsed.errors[0], HasSubstr("starrocks.config")) << header;
  }
}

TEST(StarrocksOptionsTest, RowsTravelAsJsonWhateverFormIsAskedFor) {
  for (const char* header :
       {"column_separator = \",\"", "column_separator = \"\\\\x01\"", "row_delimiter = x",
        "enclose = \"'\"", "escape = x", "compression = gzip", "Content-Encoding = gzip"}) {
    const Parsed parsed = With(std::string("starrocks.config { format = CSV, ") + header + " }");
    ASSERT_TRUE(parsed.options) << parsed.all();
    EXPECT_THAT(parsed.options->config, IsEmpty()) << header;
    EXPECT_THAT(parsed.notes, testing::Contains(HasSubstr("CSV is mapped to JSON"))) << header;
    EXPECT_THAT(parsed.notes, testing::Contains(HasSubstr("rows are written as JSON"))) << header;
  }
  EXPECT_FALSE(With("starrocks.config { format = avro }").options);
}

TEST(StarrocksOptionsTest, RulesOfCsvThatWouldChangeValuesAreRefused) {
  EXPECT_TRUE(With("starrocks.config { trim_space = false, skip_header = 0 }").options);
  EXPECT_THAT(With("starrocks.config { trim_space = true }").all(), HasSubstr("trim them"));
  EXPECT_THAT(With("starrocks.config { skip_header = 1 }").all(), HasSubstr("header line"));
}

TEST(StarrocksOptionsTest, ThePromiseDecidesWhenRowsBecomeVisible) {
  const std::string at_least = "delivery.guarantee = AT_LEAST_ONCE";
  EXPECT_EQ(With("", at_least).options->flush_interval, std::chrono::seconds(1));
  const Parsed flushed = With("batch_interval_ms = 50", at_least);
  EXPECT_EQ(flushed.options->flush_interval, std::chrono::milliseconds(50));
  EXPECT_THAT(flushed.notes, IsEmpty());
  for (const char* env : {"", "delivery.guarantee = EXACTLY_ONCE"}) {
    const Parsed parsed = With("batch_interval_ms = 50", env);
    EXPECT_FALSE(parsed.options->flush_interval);
    EXPECT_THAT(parsed.notes,
                ElementsAre(testing::AllOf(HasSubstr("visible with their checkpoint"),
                                           HasSubstr("delivery.guarantee = AT_LEAST_ONCE"))));
    EXPECT_FALSE(With("", env).options->flush_interval);
  }
  EXPECT_FALSE(With("batch_interval_ms = 0", at_least).options);
}

TEST(StarrocksOptionsTest, AddressesAreChecked) {
  for (const char* node : {"fe", "fe:", ":8030", "fe:0", "fe:65536", "fe:80x", "https://fe:8030"}) {
    EXPECT_FALSE(Parse(std::string(kLeast) + "\nnodeUrls = [\"" + node + "\"]").options) << node;
  }
  for (const char* url : {"fe:9030", "jdbc:mysql://", "jdbc:mysql://:9030", "jdbc:mysql://fe:x",
                          "jdbc:postgresql://fe:9030"}) {
    EXPECT_FALSE(With(std::string("base-url = \"") + url + "\"").options) << url;
  }
}

TEST(StarrocksOptionsTest, CustomProcessingNeedsItsStatement) {
  EXPECT_THAT(With("data_save_mode = CUSTOM_PROCESSING").all(), HasSubstr("custom_sql"));
}

TEST(StarrocksOptionsTest, ACheckpointMustFitTheLifeOfATransaction) {
  // An open transaction lives a day; it is prepared one interval and one timeout later.
  EXPECT_TRUE(With("", "checkpoint.interval = 3600000").options);
  const Parsed parsed = With("", "checkpoint.interval = 86400000");
  EXPECT_THAT(parsed.all(), HasSubstr("checkpoint.interval"));
}

}  // namespace
}  // namespace sluice::starrocks
