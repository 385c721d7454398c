// SPDX-License-Identifier: Apache-2.0
// ScriptedClient: a MySQL server that is a table of answers and a list of log connections.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "api/context.h"
#include "api/sql_session.h"

namespace sluice::mysql {

// What one log connection gives: its events, then `end`; OK: it stays open and silent.
struct LogScript {
  std::vector<std::string> events;
  Status end;
};

class ScriptedClient final : public SqlClient {
 public:
  // The answer to the statements that begin with `sql`, or contain it; the first that fits.
  void Answer(const std::string& sql, SqlTable table) {
    const std::lock_guard lock(mutex_);
    for (auto& [text, answer] : answers_) {
      if (text == sql) return void(answer = std::move(table));
    }
    answers_.emplace_back(sql, std::move(table));
  }
  void Log(LogScript script) {
    const std::lock_guard lock(mutex_);
    scripts_.push_back(std::move(script));
  }
  // Called before a statement is answered, on the thread that asks.
  std::function<void(const std::string&)> on_statement = [](const std::string&) {};

  // What a description fails with; OK: it does not.
  std::function<Status(const std::string&)> describe = [](const std::string&) { return Status(); };

  std::vector<std::string> statements() const {
    const std::lock_guard lock(mutex_);
    return statements_;
  }
  std::vector<LogStart> starts() const {
    const std::lock_guard lock(mutex_);
    return starts_;
  }

  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint&) override {
    return std::make_unique<Session>(*this);
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint&, const LogStart& start) override {
    const std::lock_guard lock(mutex_);
    starts_.push_back(start);
    if (scripts_.empty()) return std::make_unique<Stream>(LogScript{});
    auto stream = std::make_unique<Stream>(std::move(scripts_.front()));
    scripts_.pop_front();
    return stream;
  }

 private:
  class Session final : public SqlSession {
   public:
    explicit Session(ScriptedClient& client) : client_(client) {}
    Status Execute(const std::string& sql) override {
      const auto answer = Query(sql);
      return answer ? Status() : answer.error();
    }
    Result<SqlTable> Query(const std::string& sql) override {
      if (interrupted_) return Fail(Code::kCancelled, "interrupted");
      client_.on_statement(sql);
      const std::lock_guard lock(client_.mutex_);
      client_.statements_.push_back(sql);
      for (const auto& [text, table] : client_.answers_) {
        if (sql.find(text) != std::string::npos) return table;
      }
      return SqlTable();
    }
    Status Stream(const std::string& sql, const std::function<bool(SqlRow)>& each) override {
      ASSIGN_OR_RETURN(const SqlTable table, Query(sql));
      for (const auto& row : table) {
        std::vector<std::optional<std::string_view>> values(row.begin(), row.end());
        if (!each(values)) return {};
      }
      return {};
    }
    Result<std::vector<SqlColumn>> Describe(const std::string& sql) override {
      client_.on_statement("DESCRIBE " + sql);
      RETURN_IF_ERROR(client_.describe(sql));
      return std::vector<SqlColumn>();
    }
    std::string Quote(std::string_view text) const override {
      return "'" + std::string(text) + "'";
    }
    void Interrupt() override { interrupted_ = true; }

   private:
    ScriptedClient& client_;
    std::atomic<bool> interrupted_{false};
  };

  class Stream final : public LogStream {
   public:
    explicit Stream(LogScript script) : script_(std::move(script)) {}
    Result<std::string_view> Next() override {
      if (next_ < script_.events.size()) return std::string_view(script_.events[next_++]);
      if (!script_.end.ok()) return Fail(script_.end);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return interrupted_; });
      return Fail(Code::kCancelled, "interrupted");
    }
    void Interrupt() override {
      const std::lock_guard lock(mutex_);
      interrupted_ = true;
      changed_.notify_all();
    }

   private:
    LogScript script_;
    size_t next_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool interrupted_ = false;
  };

  mutable std::mutex mutex_;
  std::deque<std::pair<std::string, SqlTable>> answers_;
  std::deque<LogScript> scripts_;
  std::vector<std::string> statements_;
  std::vector<LogStart> starts_;
};

// Answers of a server that lacks nothing.
inline void AnswerAsGoodServer(ScriptedClient& client, const std::string& uuid, bool gtid,
                               const std::string& executed = "") {
  client.Answer("SHOW GLOBAL VARIABLES", {{"server_uuid", uuid},
                                          {"version", "8.0.33"},
                                          {"log_bin", "ON"},
                                          {"binlog_format", "ROW"},
                                          {"binlog_row_image", "FULL"},
                                          {"gtid_mode", gtid ? "ON" : "OFF"}});
  client.Answer("SELECT @@server_uuid", {{uuid}});
  client.Answer("CURRENT_USER", {{"sluice@%"}});
  client.Answer("SHOW GRANTS", {{"GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO x"}});
  client.Answer("gtid_executed", {{executed}});
  client.Answer("gtid_purged", {{""}});
  client.Answer("SHOW BINARY LOGS", {{"binlog.000001", "1000000"}, {"binlog.000002", "1000000"}});
  client.Answer("SHOW MASTER STATUS", {{"binlog.000001", "4", "", "", executed}});
}

class NoPhases final : public PhaseHook {
 public:
  void Reach(const char*, CheckpointId) override {}
};

class NoHttp final : public http::Client {
 public:
  Result<http::Response> Perform(const http::Request&, const CancelToken&) override {
    return Fail(Code::kInternal, "no HTTP here");
  }
};

}  // namespace sluice::mysql
