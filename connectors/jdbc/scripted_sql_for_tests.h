// SPDX-License-Identifier: Apache-2.0
// ScriptedSql: a server that is a list of answers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/sql_session.h"
#include "base/sync.h"

namespace sluice::jdbc {

class ScriptedSql final : public SqlClient {
 public:
  // The answer to the statements that contain `sql`; the first that fits, else one without rows.
  void Answer(std::string sql, SqlTable table) {
    answers_.emplace_back(std::move(sql), std::move(table));
  }
  // The columns that every statement is described with.
  void Describe(std::vector<SqlColumn> columns) { columns_ = std::move(columns); }
  std::vector<std::string> statements() const {
    const std::lock_guard lock(mutex_);
    return statements_;
  }

  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint& /*endpoint*/) override {
    return std::make_unique<Session>(*this);
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint& /*endpoint*/,
                                             const LogStart& /*start*/) override {
    return Fail(Code::kInternal, "no log here");
  }

 private:
  class Session final : public SqlSession {
   public:
    explicit Session(ScriptedSql& server) : server_(server) {}
    Status Execute(const std::string& sql) override {
      server_.Note(sql);
      return {};
    }
    Result<SqlTable> Query(const std::string& sql) override {
      server_.Note(sql);
      for (const auto& [text, table] : server_.answers_) {
        if (sql.contains(text)) return table;
      }
      return SqlTable();
    }
    Status Stream(const std::string& sql, const std::function<bool(SqlRow)>& /*each*/) override {
      return {Code::kInternal, sql};
    }
    Result<std::vector<SqlColumn>> Describe(const std::string& /*sql*/) override {
      return server_.columns_;
    }
    std::string Quote(std::string_view text) const override {
      return "'" + std::string(text) + "'";
    }
    void Interrupt() override {}

   private:
    ScriptedSql& server_;
  };

  void Note(const std::string& sql) {
    const std::lock_guard lock(mutex_);
    statements_.push_back(sql);
  }

  std::vector<std::pair<std::string, SqlTable>> answers_;  // like columns_, set before any session
  std::vector<SqlColumn> columns_;
  mutable Mutex mutex_;  // guards what follows
  std::vector<std::string> statements_;
};

}  // namespace sluice::jdbc
