// SPDX-License-Identifier: Apache-2.0
// RunningSql: the SQL side of a FakeCluster, as far as it lists running transactions.
#pragma once

#include <set>

#include "starrocks/fake_cluster_for_tests.h"

namespace sluice::starrocks {

class RunningSql final : public SqlClient {
 public:
  explicit RunningSql(const FakeCluster& cluster) : cluster_(cluster) {}

  Status refusal;                   // of every statement
  std::set<std::string> away;       // hosts that cannot be reached
  std::vector<std::string> opened;  // hosts, in order
  std::vector<std::string> databases{"ods"};
  std::string shown_prefix;  // "default_cluster:" in old versions
  size_t others = 0;         // transactions of somebody else, shown first

  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint& endpoint) override {
    opened.push_back(endpoint.host);
    if (away.contains(endpoint.host)) return Fail(Code::kUnavailable, "away");
    return std::make_unique<Session>(*this);
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint&, const LogStart&) override {
    return Fail(Code::kInternal, "no log here");
  }

 private:
  class Session final : public SqlSession {
   public:
    explicit Session(RunningSql& server) : server_(server) {}
    Status Execute(const std::string& sql) override { return {Code::kInternal, sql}; }
    Result<SqlTable> Query(const std::string& sql) override { return server_.Answer(sql); }
    Status Stream(const std::string& sql, const std::function<bool(SqlRow)>&) override {
      return {Code::kInternal, sql};
    }
    std::string Quote(std::string_view text) const override { return std::string(text); }
    void Interrupt() override {}

   private:
    RunningSql& server_;
  };

  // Database i has the id 10001 + i.
  Result<SqlTable> Answer(const std::string& sql) const {
    RETURN_IF_ERROR(refusal);
    SqlTable rows;
    if (sql == "SHOW PROC '/dbs'") {
      for (size_t i = 0; i < databases.size(); ++i) {
        rows.push_back({std::to_string(10001 + i), shown_prefix + databases[i], "7"});
      }
      return rows;
    }
    for (size_t i = 0; i < databases.size(); ++i) {
      if (sql != fmt::format("SHOW PROC '/transactions/{}/running'", 10001 + i)) continue;
      for (size_t n = 0; n < others; ++n) rows.push_back({"9", "other-" + std::to_string(n)});
      for (const auto& txn : cluster_.transactions()) {
        const bool final = txn.state == "VISIBLE" || txn.state == "ABORTED";
        const bool here = txn.table.starts_with(databases[i] + ".");
        if (here && !final) rows.push_back({"1", txn.label, "BE: 10002", txn.state});
      }
      return rows;
    }
    return Fail(Code::kInternal, "not expected: " + sql);
  }

  const FakeCluster& cluster_;
};

}  // namespace sluice::starrocks
