// SPDX-License-Identifier: Apache-2.0
#include "sim/front.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/rows.h"

namespace sluice::sim {
namespace {

using Json = nlohmann::json;
using Act = std::function<std::string(bool waiting)>;

std::string Header(const http::Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return "";
}

// As the transaction interface answers.
std::string Answer(const Status& status) {
  if (status.ok()) return R"({"Status":"OK","Message":""})";
  const std::string message(status.message());
  const size_t colon = message.find(':');
  return Json{{"Status", message.substr(0, colon)}, {"Message", message}}.dump();
}

std::string StateAnswer(starrocks::TxnState state) {
  return Json{{"state", starrocks::TxnStateName(state)}, {"status", "OK"}, {"msg", "Success"}}
      .dump();
}

Act OperationOf(SimTarget& target, const std::string& operation, const http::Request& request) {
  const std::string label = Header(request, "label");
  if (operation == "begin") {
    const uint32_t table = TableNumber(Header(request, "table"));
    return [&target, label, table](bool waiting) {
      return Answer(target.Begin(label, table, !waiting));
    };
  }
  if (operation == "load") {
    return
        [&target, label, body = request.body](bool) { return Answer(target.Load(label, *body)); };
  }
  if (operation == "prepare") {
    return [&target, label](bool) { return Answer(target.Prepare(label)); };
  }
  if (operation == "commit") {
    return [&target, label](bool) { return Answer(target.Commit(label)); };
  }
  return [&target, label](bool) { return Answer(target.Rollback(label)); };
}

// What a request means, by its path.
Wire::Message MessageOf(SimTarget& target, const http::Request& request) {
  const size_t begin = request.url.find('/', std::string_view("http://").size());
  const std::string path = request.url.substr(begin);
  static constexpr std::string_view kTransaction = "/api/transaction/";
  Wire::Message message{.timeout = request.timeout};
  if (path.starts_with(kTransaction)) {
    const std::string operation = path.substr(kTransaction.size());
    message.what = operation + " " + Header(request, "label");
    message.kind = operation == "load" ? Wire::Kind::kOnce : Wire::Kind::kRepeatable;
    message.act = OperationOf(target, operation, request);
    return message;
  }
  const std::string label = path.substr(path.find("label=") + std::string_view("label=").size());
  if (path.contains("/_cancel?")) {
    message.what = "cancel " + label;
    message.kind = Wire::Kind::kRepeatable;
    message.act = [&target, label](bool) { return Answer(target.Rollback(label)); };
  } else {
    message.what = "state " + label;
    message.act = [&target, label](bool) { return StateAnswer(target.State(label)); };
  }
  return message;
}

// ---- SQL ----

// What stands between the backquotes from `at` on.
std::string Quoted(const std::string& sql, size_t at) {
  const size_t begin = sql.find('`', at) + 1;
  return sql.substr(begin, sql.find('`', begin) - begin);
}

// Deletes too are known by their place in the log: of types that it does not know, the sink sends
// what the row held.
std::string ShowColumns(const SimTarget& target, const Scenario& scenario, uint32_t table) {
  Json rows = Json::array();
  for (const std::string& column : target.columns(table)) {
    const bool key = column == "id";
    const std::string type = column == "split" || column == "seq" ? "unknown" : "bigint";
    rows.push_back({column, type, key ? (scenario.upserts ? "PRI" : "DUP") : "", type});
  }
  return rows.dump();
}

std::string ShowFullColumns(const SimTarget& target, uint32_t table) {
  Json rows = Json::array();
  for (const std::string& column : target.columns(table)) {
    const char* const null = column.starts_with("c") ? "YES" : "NO";
    rows.push_back({column, "", nullptr, null, "", nullptr, "", "", ""});
  }
  return rows.dump();
}

std::string ShowJob(const SimTarget& target, uint32_t table) {
  Json rows = Json::array();
  if (const auto job = target.AlterJob(table)) {
    Json row(11, "");
    row[9] = job->first;
    row[10] = job->second;
    rows.push_back(row);
  }
  return rows.dump();
}

// An answer is a JSON array of rows, or an object with the error.
std::string ErrorOf(const Status& status) {
  return Json{{"code", status.code()}, {"message", status.message()}}.dump();
}

std::string ShowDatabases(const SimTarget& target) {
  const Status may = target.MayList();
  return may.ok() ? Json::array({{"10001", kDatabase}}).dump() : ErrorOf(may);
}

std::string ShowRunning(const SimTarget& target) {
  const auto labels = target.Running();
  if (!labels) return ErrorOf(labels.error());
  Json rows = Json::array();
  for (const std::string& label : *labels) rows.push_back({"7", label});
  return rows.dump();
}

std::string Run(SimTarget& target, const Scenario& scenario, const std::string& sql) {
  if (sql.starts_with("SELECT current_version")) return R"([["3.5.9 simulated"]])";
  if (sql == "SHOW PROC '/dbs'") return ShowDatabases(target);
  if (sql == "SHOW PROC '/transactions/10001/running'") return ShowRunning(target);
  const auto table = TableNumber(sql.substr(0, sql.find_first_of("'`. ", sql.find("table_"))));
  if (sql.contains("information_schema.columns")) return ShowColumns(target, scenario, table);
  if (sql.starts_with("SHOW FULL COLUMNS")) return ShowFullColumns(target, table);
  if (sql.starts_with("SHOW ALTER TABLE COLUMN")) return ShowJob(target, table);
  const size_t add = sql.find(" ADD COLUMN ");
  const size_t drop = sql.find(" DROP COLUMN ");
  Status status(Code::kInternal, "the simulated target does not know: " + sql);
  if (add != std::string::npos) status = target.AddColumn(table, Quoted(sql, add));
  if (drop != std::string::npos) status = target.DropColumn(table, Quoted(sql, drop));
  return status.ok() ? "[]" : ErrorOf(status);
}

class Session final : public SqlSession {
 public:
  Session(SimTarget& target, const Scenario& scenario, std::shared_ptr<Wire> wire)
      : target_(target), scenario_(scenario), wire_(std::move(wire)) {}

  Status Execute(const std::string& sql) override {
    const auto answer = Ask(sql, Wire::Kind::kRepeatable);
    return answer ? Status() : answer.error();
  }
  Result<SqlTable> Query(const std::string& sql) override {
    ASSIGN_OR_RETURN(const Json rows, Ask(sql, Wire::Kind::kQuestion));
    SqlTable table;
    for (const Json& row : rows) {
      auto& cells = table.emplace_back();
      for (const Json& cell : row) {
        cells.push_back(cell.is_null() ? std::nullopt : std::optional(cell.get<std::string>()));
      }
    }
    return table;
  }
  Status Stream(const std::string& sql, const std::function<bool(SqlRow)>& /*each*/) override {
    return {Code::kUnsupported, sql};
  }
  std::string Quote(std::string_view text) const override { return fmt::format("'{}'", text); }
  void Interrupt() override {}

 private:
  Result<Json> Ask(const std::string& sql, Wire::Kind kind) {
    if (broken_) return Fail(Code::kUnavailable, "the connection is lost");
    const auto answer = wire_->Send({.what = "sql " + sql,
                                     .kind = kind,
                                     .timeout = kTimeout,
                                     .act = [&target = target_, &scenario = scenario_,
                                             sql](bool) { return Run(target, scenario, sql); }},
                                    CancelToken());
    broken_ = !answer;
    if (!answer) return Fail(answer.error());
    Json parsed = Json::parse(*answer);
    if (parsed.is_array()) return parsed;
    return Fail(parsed["code"].get<Code>(), parsed["message"].get<std::string>());
  }

  static constexpr Duration kTimeout = std::chrono::seconds(3);
  SimTarget& target_;
  const Scenario& scenario_;
  const std::shared_ptr<Wire> wire_;
  bool broken_ = false;
};

}  // namespace

Result<http::Response> SimHttp::Perform(const http::Request& request, const CancelToken& cancel) {
  ASSIGN_OR_RETURN(std::string body, wire_->Send(MessageOf(target_, request), cancel));
  if (!scenario_.Happens(world_, scenario_.answer_garbled)) {
    return http::Response{200, {}, std::move(body)};
  }
  world_.Probe("answer garbled");
  if (world_.dice.Chance(0.5)) return http::Response{503, {}, ""};
  return http::Response{200, {}, body.substr(0, body.size() / 2)};
}

Result<std::unique_ptr<SqlSession>> SimSql::Open(const SqlEndpoint& /*endpoint*/) {
  return std::make_unique<Session>(target_, scenario_, wire_);
}

Result<std::unique_ptr<LogStream>> SimSql::OpenLog(const SqlEndpoint& /*endpoint*/,
                                                   const LogStart& /*start*/) {
  return Fail(Code::kUnsupported, "the simulated target has no log");
}

}  // namespace sluice::sim
