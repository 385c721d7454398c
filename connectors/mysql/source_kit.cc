// SPDX-License-Identifier: Apache-2.0
// MySQL-CDC before the laws, against the real server that these name:
//   SLUICE_KIT_MYSQL           host:port; root has no password
//   SLUICE_KIT_MYSQL_USER      the account that the source uses
//   SLUICE_KIT_MYSQL_PASSWORD
//   SLUICE_KIT_CONTROL         http://host:port; POST /mysql/restart ends the server and starts it
#include <fmt/format.h>

#include <cstdlib>

#include "kit/plugin_case.h"
#include "kit/source_fixture.h"
#include "kit/source_run.h"
#include "mysql/source.h"
#include "mysql/types_kit.h"

namespace sluice::kit {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string Options(const std::string& address, const std::string& user,
                    const std::string& password, bool exactly_once) {
  return fmt::format(R"conf(
base-url = "jdbc:mysql://{}/kit"
username = "{}"
password = "{}"
table-names = ["kit.items", "kit.pairs", "kit.words", "kit.types", "kit.marks"]
exactly_once = {}
snapshot.split.size = 50
connect.max-retries = {}
)conf",
                     // Without retries the reader itself fails, with them it connects again.
                     address, user, password, exactly_once, exactly_once ? 0 : 3);
}

const char* const kTables[] = {
    "CREATE TABLE items (id INT PRIMARY KEY, name VARCHAR(40), qty BIGINT)",
    "CREATE TABLE pairs (a INT, b INT, v VARCHAR(20), PRIMARY KEY (a, b))",
    "CREATE TABLE words (word VARCHAR(20) PRIMARY KEY, n INT)",
    "CREATE TABLE marks (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(20))",
};

const char* const kRows[] = {
    "INSERT INTO items WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n "
    "< 300) SELECT n, IF(n % 7 = 0, NULL, CONCAT('item ', n)), n * 1000 FROM seq",
    "INSERT INTO pairs WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n "
    "< 120) SELECT n DIV 3, n, IF(n % 5 = 0, '', 'v') FROM seq",
    "INSERT INTO words WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n "
    "< 40) SELECT CONCAT('word ', n), n FROM seq",
};

// Each is one transaction.
const std::vector<std::vector<std::string>>& Transactions() {
  static const std::vector<std::vector<std::string>> all = {
      {"INSERT INTO items VALUES (301, 'new', 1)"},
      {"UPDATE items SET qty = -qty WHERE id BETWEEN 40 AND 60"},
      {"DELETE FROM items WHERE id IN (1, 100, 299)"},
      {"UPDATE items SET id = id + 1000 WHERE id BETWEEN 200 AND 205"},
      {"INSERT INTO items VALUES (1, 'again', NULL)", "UPDATE items SET name = NULL WHERE id = 1",
       "DELETE FROM pairs WHERE a = 7", "INSERT INTO pairs VALUES (7, 21, 'back')"},
      {"UPDATE pairs SET a = 1000 - a WHERE b % 10 = 0"},
      {"INSERT INTO words VALUES ('a new one', 41)", "DELETE FROM words WHERE n = 3",
       "UPDATE words SET n = 100 + n WHERE n < 10", "UPDATE words SET word = 'moved' WHERE n = 20"},
      {"INSERT INTO items WITH RECURSIVE seq (n) AS (SELECT 2000 UNION ALL SELECT n + 1 FROM seq "
       "WHERE n < 2900) SELECT n, 'bulk', n FROM seq"},
      {"UPDATE items SET qty = qty + 1 WHERE id >= 2000"},
      {"DELETE FROM items WHERE id BETWEEN 2100 AND 2899"},
      {"DELETE FROM types", mysql::InsertTypes("kit.types")},
      {"UPDATE items SET name = 'last' WHERE id = 300"},
  };
  return all;
}

class MysqlFixture final : public SourceFixture {
 public:
  explicit MysqlFixture(bool exactly_once)
      : address_(Variable("SLUICE_KIT_MYSQL")),
        user_(Variable("SLUICE_KIT_MYSQL_USER")),
        password_(Variable("SLUICE_KIT_MYSQL_PASSWORD")),
        exactly_once_(exactly_once) {}

  Status Reset() override {
    RETURN_IF_ERROR(Connect());
    std::vector<std::string> all = {"DROP DATABASE IF EXISTS kit", "CREATE DATABASE kit", "USE kit",
                                    "/*!80003 SET cte_max_recursion_depth = 1000000 */"};
    all.insert(all.end(), std::begin(kTables), std::end(kTables));
    all.push_back(mysql::CreateTypes("kit.types"));
    all.insert(all.end(), std::begin(kRows), std::end(kRows));
    all.push_back(mysql::InsertTypes("kit.types"));
    all.emplace_back("ANALYZE TABLE items, pairs, words");
    return ExecuteAll(all);
  }
  Result<std::unique_ptr<Source>> Make(Host& /*host*/) override { return MakeWith(password_); }
  Result<Contents> Expected() override {
    Contents out;
    for (const char* table : {"items", "pairs", "words", "marks"}) {
      RETURN_IF_ERROR(Connect());
      ASSIGN_OR_RETURN(const SqlTable rows,
                       root_->Query(fmt::format("SELECT * FROM kit.{}", table)));
      for (const auto& row : rows) {
        std::string text;
        for (const auto& value : row) text += (text.empty() ? "" : "|") + value.value_or("null");
        out[fmt::format("kit.{}", table)].insert(text);
      }
    }
    for (const std::string& row : mysql::TypesAsText()) out["kit.types"].insert(row);
    return out;
  }

  bool endless(const Split& split) const override { return split.id == "log"; }
  int changes() const override { return static_cast<int>(Transactions().size()); }
  Status Change(int number) override {
    std::vector<std::string> all = {"USE kit", "BEGIN"};
    const auto& statements = Transactions()[static_cast<size_t>(number)];
    all.insert(all.end(), statements.begin(), statements.end());
    all.emplace_back("COMMIT");
    RETURN_IF_ERROR(Connect());
    return ExecuteAll(all);
  }
  Result<std::string> Mark() override {
    RETURN_IF_ERROR(Connect());
    RETURN_IF_ERROR(ExecuteAll({"INSERT INTO kit.marks (note) VALUES ('mark')"}));
    ASSIGN_OR_RETURN(const SqlTable id, root_->Query("SELECT LAST_INSERT_ID()"));
    return fmt::format("+I kit.marks: {}|mark", id[0][0].value_or(""));
  }

  // Without exactly_once all that changes during the snapshot is read once more from the log.
  std::set<std::string> repeated(bool restarted) const override {
    if (!exactly_once_) return {"kit.items", "kit.pairs", "kit.words", "kit.types", "kit.marks"};
    return restarted ? std::set<std::string>{"kit.words"} : std::set<std::string>();
  }
  std::string types_table() const override { return "kit.types"; }
  size_t boundaries_max() const override { return exactly_once_ ? 150 : 30; }
  size_t failed_calls_max() const override { return exactly_once_ ? 40 : 12; }
  Result<int> Flood() override {
    // About 50 MB in rows of 500 KB, each an event of its own.
    constexpr int kTransactions = 100;
    RETURN_IF_ERROR(ExecuteAll({"CREATE TABLE kit.other (id INT PRIMARY KEY, body LONGTEXT)"}));
    for (int i = 0; i < kTransactions; ++i) {
      RETURN_IF_ERROR(
          ExecuteAll({fmt::format("INSERT INTO kit.other VALUES ({}, REPEAT('x', 500000))", i)}));
    }
    return kTransactions * 4;  // events: GTID, BEGIN, the table's map, rows; the rest is less
  }
  Status Restart() override {
    root_.reset();
    http::Request request;
    request.method = "POST";
    request.url = Variable("SLUICE_KIT_CONTROL") + "/mysql/restart";
    ASSIGN_OR_RETURN(const http::Response answer, RealHttp().Perform(request, CancelToken()));
    if (answer.status == 200) return {};
    return {Code::kInternal, "restarting MySQL: " + answer.body};
  }
  std::string secret() const override { return password_; }
  std::vector<Status> Refusals(Host& host) override {
    std::vector<Status> out;
    for (const std::string& address : {address_, std::string("127.0.0.1:1")}) {
      const std::string held = std::exchange(address_, address);
      const auto source = MakeWith(password_ + " and more");
      address_ = held;
      if (!source) return {};
      SourceRun run(**source, host, 1);
      out.push_back(run.Start(nullptr));
    }
    return out;
  }
  std::string WhyNot(const std::string& law) const override {
    if (law == "RestartOfTheServerLosesNothing" && Variable("SLUICE_KIT_CONTROL").empty()) {
      return "SLUICE_KIT_CONTROL names nobody who could restart the server";
    }
    return "";
  }

 private:
  Result<std::unique_ptr<Source>> MakeWith(const std::string& password) {
    const PluginCase plugin{"MySQL-CDC", PluginKind::kSource,
                            Options(address_, user_, password, exactly_once_), ""};
    Diagnostics mistakes;
    const EnvOptions env{.parallelism = 2};
    auto options = mysql::ParseOptions(ConfigOf(plugin), env, Env::Default().Random(), mistakes);
    if (!options) return Fail(mistakes.ToStatus());
    return std::make_unique<mysql::MysqlCdcSource>(std::move(*options));
  }
  Status Connect() {
    if (root_) return {};
    const size_t colon = address_.find(':');
    SqlEndpoint endpoint{.host = address_.substr(0, colon), .user = "root"};
    endpoint.port = static_cast<uint16_t>(std::stoi(address_.substr(colon + 1)));
    ASSIGN_OR_RETURN(root_, RealSql().Open(endpoint));
    return {};
  }
  Status ExecuteAll(const std::vector<std::string>& statements) {
    for (const std::string& sql : statements) {
      RETURN_IF_ERROR(root_->Execute(sql).In(sql.substr(0, 60)));
    }
    return {};
  }

  std::string address_;
  const std::string user_;
  const std::string password_;
  const bool exactly_once_;
  std::unique_ptr<SqlSession> root_;
};

std::unique_ptr<SourceFixture> MakeFixture(bool exactly_once) {
  if (Variable("SLUICE_KIT_MYSQL").empty()) return nullptr;
  return std::make_unique<MysqlFixture>(exactly_once);
}

const bool kRegistered =
    Register(SourceCase{"MySQL", [] { return MakeFixture(true); }}) &&
    Register(SourceCase{"MySQLWithoutMerge", [] { return MakeFixture(false); }}) &&
    Register(PluginCase{"MySQL-CDC", PluginKind::kSource,
                        Options("127.0.0.1:3306", "sluice", "kit-secret-words", true),
                        "kit-secret-words"});

}  // namespace
}  // namespace sluice::kit
