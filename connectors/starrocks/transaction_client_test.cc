// SPDX-License-Identifier: Apache-2.0
#include "starrocks/transaction_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "starrocks/fake_cluster_for_tests.h"

namespace sluice::starrocks {
namespace {

using How = FakeCluster::How;
using testing::ElementsAre;
using testing::HasSubstr;

class TransactionClientTest : public testing::Test {
 protected:
  TransactionClientTest() {
    options_.node_urls = {"fe1:8030", "fe2:8030", "fe3:8030"};
    options_.username = "root";
    options_.http_socket_timeout_ms = 360'000;
  }
  Status Begin() { return client_.Begin("ods", "t", "L"); }
  Status Load(const std::string& rows) {
    return client_.Load("ods", "t", "L", std::make_shared<const std::string>(rows));
  }
  void OpenAndPrepare() {
    ASSERT_TRUE(Begin().ok() && Load("[1]").ok() && client_.Prepare("ods", "t", "L").ok());
  }
  // Where the calls of one operation went, in order.
  std::vector<std::string> Hosts(const std::string& operation) const {
    std::vector<std::string> hosts;
    for (const auto& call : world_.cluster.calls()) {
      if (call.operation == operation) hosts.push_back(call.host);
    }
    return hosts;
  }
  std::string LastHeader(const std::string& name) const {
    const auto calls = world_.cluster.calls();
    for (const auto& [key, value] : calls.back().request.headers) {
      if (key == name) return value;
    }
    return "(none)";
  }

  FakeWorld world_;
  StarrocksOptions options_;
  CancelToken cancel_;
  TransactionClient client_{world_.cluster, options_, cancel_};
};

TEST_F(TransactionClientTest, ATransactionBecomesVisible) {
  OpenAndPrepare();
  EXPECT_EQ(client_.State("ods", "L").value(), TxnState::kPrepared);
  ASSERT_TRUE(client_.Commit("ods", "t", "L").ok());
  EXPECT_EQ(client_.State("ods", "L").value(), TxnState::kVisible);
  EXPECT_THAT(world_.cluster.Bodies("ods.t", "VISIBLE"), ElementsAre("[1]"));
}

TEST_F(TransactionClientTest, LoadsSendWhatTheServerNeeds) {
  options_.config = {{"max_filter_ratio", "0.5"}, {"Warehouse", "wh1"}};
  ASSERT_TRUE(Begin().ok());
  EXPECT_EQ(LastHeader("Warehouse"), "wh1");
  EXPECT_EQ(LastHeader("max_filter_ratio"), "(none)");
  EXPECT_EQ(LastHeader("timeout"), "86400");
  ASSERT_TRUE(Load("[1]").ok());
  const http::Request request = world_.cluster.calls().back().request;
  EXPECT_EQ(request.method, "PUT");
  EXPECT_TRUE(request.expect_continue);
  EXPECT_EQ(request.user, "root");
  EXPECT_EQ(request.timeout, Duration(std::chrono::seconds(360)));
  EXPECT_EQ(LastHeader("format"), "json");
  EXPECT_EQ(LastHeader("strip_outer_array"), "true");
  EXPECT_EQ(LastHeader("ignore_json_size"), "true");
  EXPECT_EQ(LastHeader("max_filter_ratio"), "0.5");
  EXPECT_EQ(LastHeader("strict_mode"), "true") << "or values would become NULL in silence";
  ASSERT_TRUE(client_.Prepare("ods", "t", "L").ok());
  EXPECT_EQ(LastHeader("prepared_timeout"), "259200");
}

TEST_F(TransactionClientTest, WhoeverAsksForNullsGetsThem) {
  options_.config = {{"Strict_Mode", "false"}};
  ASSERT_TRUE(Begin().ok());
  ASSERT_TRUE(Load("[1]").ok());
  EXPECT_EQ(LastHeader("Strict_Mode"), "false");
  EXPECT_EQ(LastHeader("strict_mode"), "(none)");
}

TEST_F(TransactionClientTest, ACommitAtOnceMayTakeAsLongAsALoad) {
  ASSERT_TRUE(Begin().ok());
  ASSERT_TRUE(Load("[1]").ok());
  ASSERT_TRUE(client_.CommitAtOnce("ods", "t", "L").ok());
  EXPECT_EQ(world_.cluster.calls().back().request.timeout, Duration(std::chrono::seconds(360)));
  EXPECT_THAT(world_.cluster.Bodies("ods.t", "VISIBLE"), ElementsAre("[1]"));
}

TEST_F(TransactionClientTest, NamesAreEncodedInUrls) {
  ASSERT_TRUE(client_.State("a#b%c", "L").has_value());
  EXPECT_EQ(world_.cluster.calls().back().path, "/api/a%23b%25c/get_load_state?label=L");
}

TEST_F(TransactionClientTest, AFrontEndThatRefusesIsPassedOverForGood) {
  world_.cluster.Plant({.how = How::kRefuse, .times = 1000, .host = "fe1:8030"});
  OpenAndPrepare();
  EXPECT_THAT(Hosts("begin"), ElementsAre("fe1:8030", "fe2:8030"));
  EXPECT_THAT(Hosts("load"), ElementsAre("fe2:8030"));
}

TEST_F(TransactionClientTest, WhatMayHaveBeenDoneIsNotSentAgain) {
  world_.cluster.Plant({.operation = "begin", .how = How::kDropAfter});
  EXPECT_EQ(Begin().code(), Code::kTimeout);
  EXPECT_THAT(Hosts("begin"), ElementsAre("fe1:8030"));
}

TEST_F(TransactionClientTest, AFrontEndThatDoesNotAnswerIsLeft) {
  world_.cluster.Plant({.how = How::kDropBefore, .times = 1000, .host = "fe1:8030"});
  EXPECT_EQ(Begin().code(), Code::kTimeout);
  EXPECT_TRUE(Begin().ok());
  EXPECT_THAT(Hosts("begin"), ElementsAre("fe1:8030", "fe2:8030"));
}

TEST_F(TransactionClientTest, QuestionsGoOnToTheNextFrontEnd) {
  OpenAndPrepare();
  for (const auto& [how, status] : {std::pair{How::kRefuse, 0},
                                    {How::kDropBefore, 0},
                                    {How::kAnswer, 500},
                                    {How::kAnswer, 404},
                                    {How::kAnswer, 200}}) {
    world_.cluster.Plant({.operation = "state",
                          .how = how,
                          .body = R"({"status":"FAILED","msg":"not ready"})",
                          .http_status = status});
    EXPECT_EQ(client_.State("ods", "L").value(), TxnState::kPrepared) << status;
  }
}

TEST_F(TransactionClientTest, AStateThatNobodyTellsIsNoState) {
  world_.cluster.Plant({.operation = "state", .how = How::kAnswer, .times = 3, .body = "<html>"});
  EXPECT_EQ(client_.State("ods", "L").error().code(), Code::kUnavailable);
  EXPECT_EQ(Hosts("state").size(), 3U);
}

TEST_F(TransactionClientTest, QuestionsDoNotWaitAsLongAsLoads) {
  ASSERT_TRUE(client_.State("ods", "L").has_value());
  EXPECT_LE(world_.cluster.calls().back().request.timeout, Duration(std::chrono::seconds(10)));
  options_.http_socket_timeout_ms = 1000;
  ASSERT_TRUE(client_.State("ods", "L").has_value());
  EXPECT_EQ(world_.cluster.calls().back().request.timeout, Duration(std::chrono::seconds(1)));
}

TEST_F(TransactionClientTest, OnlyOkIsSuccess) {
  struct Spelling {
    const char* body;
    Code wanted;
  };
  const std::vector<Spelling> spellings = {
      {R"({"Status":"OK","Message":""})", Code::kOk},
      {R"({"status":"ok"})", Code::kOk},
      {R"({"Status":"Success"})", Code::kOk},
      {R"({"Status":"FAILED","Message":"publish timeout: 5000"})", Code::kExhausted},
      {R"({"Status":"PUBLISH_TIMEOUT","Message":""})", Code::kExhausted},
      {R"({"Status":"LABEL_ALREADY_EXISTS","Message":"","ExistingJobStatus":"RUNNING"})",
       Code::kExhausted},
      {R"({"Status":"TXN_NOT_EXISTS","Message":"transaction not exists"})", Code::kExhausted},
      {R"({"Status":"TXN_IN_PROCESSING","Message":"please retry later"})", Code::kExhausted},
      {R"({"Status":"ABORTED","Message":"the load is timeout"})", Code::kExhausted},
      {R"({"Status":"INTERNAL_ERROR","Message":"because of too many versions"})", Code::kExhausted},
      {R"({"Status":"SERVICE_UNAVAILABLE","Message":"Service is shutting down"})",
       Code::kExhausted},
      {R"({"Status":"MEM_LIMIT_EXCEEDED","Message":"x"})", Code::kExhausted},
      {R"({"Status":"TIMEOUT","Message":"x"})", Code::kExhausted},
      {R"({"Status":"INTERNAL_ERROR","Message":"too many filtered rows"})", Code::kSchemaMismatch},
      {R"({"Status":"INTERNAL_ERROR","Message":"primary key size exceed the limit"})",
       Code::kSchemaMismatch},
      {R"({"Status":"ANALYSIS_ERROR","Message":"Access denied for u"})", Code::kInvalidConfig},
      {R"({"Status":"FAILED","Message":"no valid Basic authorization"})", Code::kInvalidConfig},
      // Nobody knows what happened.
      {"", Code::kTimeout},
      {"<html>Bad gateway</html>", Code::kTimeout},
      {"[1]", Code::kTimeout},
      {R"({"Status":"OK")", Code::kTimeout},
      {R"({"Status":1})", Code::kTimeout},
  };
  for (const Spelling& one : spellings) {
    world_.cluster.Plant({.operation = "commit", .how = How::kAnswer, .body = one.body});
    EXPECT_EQ(client_.Commit("ods", "t", "L").code(), one.wanted) << one.body;
  }
}

TEST_F(TransactionClientTest, WrongPasswordIsToldAtOnce) {
  world_.cluster.Plant({.how = How::kAnswer,
                        .times = 1000,
                        .body = R"({"status":"FAILED","msg":"Access denied for root@10.0.0.1"})",
                        .http_status = 401});
  const Status status = Begin();
  EXPECT_EQ(status.code(), Code::kInvalidConfig);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Access denied for root@10.0.0.1"));
  EXPECT_EQ(Hosts("begin").size(), 1U);
  EXPECT_EQ(client_.State("ods", "L").error().code(), Code::kInvalidConfig);
}

TEST_F(TransactionClientTest, RowsThatWereRefusedAreToldWithTheirLog) {
  world_.cluster.Plant({.operation = "prepare",
                        .how = How::kAnswer,
                        .body = R"({"Status":"INTERNAL_ERROR","Message":"too many filtered rows",
                                 "ErrorURL":"http://be:8040/api/_load_error_log?file=f"})"});
  EXPECT_THAT(std::string(client_.Prepare("ods", "t", "L").message()),
              HasSubstr("http://be:8040/api/_load_error_log?file=f"));
}

TEST_F(TransactionClientTest, TheLimitOfOpenTransactionsNamesTheRemedy) {
  world_.cluster.running_max = 0;
  options_.retry_backoff_multiplier_ms = 0;
  const Status status = Begin();
  EXPECT_EQ(status.code(), Code::kExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("max_running_txn_num_per_db"));
}

TEST_F(TransactionClientTest, RollbackEndsWhatTheBackEndForgot) {
  ASSERT_TRUE(Begin().ok());
  world_.cluster.Plant({.operation = "rollback",
                        .how = How::kAnswer,
                        .body = R"({"Status":"TXN_NOT_EXISTS","Message":"not exists"})"});
  EXPECT_TRUE(client_.Rollback("ods", "t", "L").ok());
  EXPECT_EQ(world_.cluster.StateOf("L"), "ABORTED");
}

TEST_F(TransactionClientTest, RollbackThatNobodyConfirmsIsNoSuccess) {
  OpenAndPrepare();
  world_.cluster.Plant({.operation = "rollback",
                        .how = How::kAnswer,
                        .body = R"({"Status":"FAILED","Message":"busy"})"});
  EXPECT_FALSE(client_.Rollback("ods", "t", "L").ok());
  EXPECT_EQ(world_.cluster.StateOf("L"), "PREPARED");
}

}  // namespace
}  // namespace sluice::starrocks
