// SPDX-License-Identifier: Apache-2.0
// The Jdbc source before the laws, against the servers that sink_kit.cc names.
#include <fmt/format.h>

#include <cstdlib>

#include "jdbc/source.h"
#include "kit/plugin_case.h"
#include "kit/source_fixture.h"
#include "kit/source_run.h"

namespace sluice::kit {
namespace {

constexpr char kWrongPassword[] = "kit-secret-words";

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A type, and two values of it: as SQL, and as they must come.
struct TypeColumn {
  std::string_view type;
  std::string_view sql[2];
  std::string_view text[2];
};

constexpr TypeColumn kMysqlTypes[] = {
    {"TINYINT(1)", {"0", "1"}, {"false", "true"}},
    {"TINYINT UNSIGNED", {"0", "255"}, {"0", "255"}},
    {"MEDIUMINT", {"-8388608", "8388607"}, {"-8388608", "8388607"}},
    {"INT UNSIGNED", {"0", "4294967295"}, {"0", "4294967295"}},
    {"BIGINT",
     {"-9223372036854775808", "9223372036854775807"},
     {"-9223372036854775808", "9223372036854775807"}},
    {"BIGINT UNSIGNED", {"0", "18446744073709551615"}, {"0", "18446744073709551615"}},
    {"FLOAT", {"0.1", "16777216"}, {"0.1", "16777216"}},
    {"DOUBLE",
     {"1.7976931348623157e308", "2.2250738585072014e-308"},
     {"1.7976931348623157e+308", "2.2250738585072014e-308"}},
    {"DECIMAL(20,4)", {"-9999999999999999.9999", "0.0001"}, {"-9999999999999999.9999", "0.0001"}},
    {"BIT(1)", {"b'0'", "b'1'"}, {"false", "true"}},
    {"BIT(12)", {"0", "4095"}, {"0000", "0fff"}},
    {"YEAR", {"1901", "2155"}, {"1901", "2155"}},
    {"DATE", {"'1000-01-01'", "'9999-12-31'"}, {"1000-01-01", "9999-12-31"}},
    {"TIME(6)", {"'-838:59:59'", "'00:00:00.000001'"}, {"-838:59:59.000000", "00:00:00.000001"}},
    {"DATETIME(6)",
     {"'1969-12-31 23:59:59.999999'", "'9999-12-31 23:59:59.999999'"},
     {"1969-12-31 23:59:59.999999", "9999-12-31 23:59:59.999999"}},
    {"TIMESTAMP(3)",
     {"'1970-01-01 00:00:01'", "'2038-01-19 03:14:07.499'"},
     {"1970-01-01 00:00:01.000", "2038-01-19 03:14:07.499"}},
    {"VARCHAR(40)", {"''", "'😀 ü|  '"}, {"", "😀 ü|  "}},
    {"TEXT", {"'\\0'", "'tab\\t'"}, {{"\0", 1}, "tab\t"}},
    {"ENUM('a','größe')", {"'a'", "'größe'"}, {"a", "größe"}},
    {"JSON", {"'{}'", "'[1, \"ü\"]'"}, {"{}", "[1, \"ü\"]"}},
    {"VARBINARY(10)", {"''", "x'00ff'"}, {"", "00ff"}},
    {"BLOB", {"'text'", "x'00'"}, {"74657874", "00"}},
};

constexpr TypeColumn kPostgresTypes[] = {
    {"bool", {"false", "true"}, {"false", "true"}},
    {"int2", {"-32768", "32767"}, {"-32768", "32767"}},
    {"int4", {"-2147483648", "2147483647"}, {"-2147483648", "2147483647"}},
    {"int8",
     {"-9223372036854775808", "9223372036854775807"},
     {"-9223372036854775808", "9223372036854775807"}},
    {"float4", {"0.1", "16777216"}, {"0.1", "16777216"}},
    {"float8",
     {"1.7976931348623157e308", "2.2250738585072014e-308"},
     {"1.7976931348623157e+308", "2.2250738585072014e-308"}},
    {"numeric(20,4)", {"-9999999999999999.9999", "0.0001"}, {"-9999999999999999.9999", "0.0001"}},
    {"money", {"-1234.50", "0"}, {"-1234.50", "0.00"}},
    {"char(4)", {"'ab'", "'abcd'"}, {"ab  ", "abcd"}},
    {"varchar(40)", {"''", "'😀 ü|  '"}, {"", "😀 ü|  "}},
    {"text", {"E'tab\\t'", "'\\'"}, {"tab\t", "\\"}},
    {"uuid",
     {"'00000000-0000-0000-0000-000000000000'", "'12345678-9abc-def0-1234-56789abcdef0'"},
     {"00000000-0000-0000-0000-000000000000", "12345678-9abc-def0-1234-56789abcdef0"}},
    {"json", {"'{}'", "'[1, \"ü\"]'"}, {"{}", "[1, \"ü\"]"}},
    {"inet", {"'10.0.0.1'", "'::1'"}, {"10.0.0.1", "::1"}},
    {"bytea", {"''", "'\\x00ff5c'"}, {"", "00ff5c"}},
    {"date", {"'1000-01-01'", "'9999-12-31'"}, {"1000-01-01", "9999-12-31"}},
    {"time(6)", {"'00:00:00.000001'", "'23:59:59'"}, {"00:00:00.000001", "23:59:59.000000"}},
    {"timestamp(6)",
     {"'1969-12-31 23:59:59.999999'", "'9999-12-31 23:59:59.999999'"},
     {"1969-12-31 23:59:59.999999", "9999-12-31 23:59:59.999999"}},
    {"timestamptz(3)",
     {"'2024-02-29 12:00:00.5+00'", "'1970-01-01 00:00:00+00'"},
     {"2024-02-29 12:00:00.500", "1970-01-01 00:00:00.000"}},
};

std::string Options(bool postgres, const std::string& address, const std::string& user,
                    const std::string& password) {
  const char* const space = postgres ? "kit_source." : "kit_jdbc.";
  return fmt::format(R"conf(
url = "jdbc:{0}://{1}/{2}"
driver = "a.java.Driver"
user = "{3}"
password = "{4}"
split.size = 50
table_list = [
  {{ table_path = "{5}items" }}
  {{ table_path = "{5}pairs" }}
  {{ table_path = "{5}words" }}
  {{ table_path = "{5}loose" }}
  {{ table_path = "{5}types" }}
  {{ table_path = "{5}asked", query = "SELECT a, b, v FROM {5}pairs" }}
]
)conf",
                     postgres ? "postgresql" : "mysql", address, postgres ? "kit" : "", user,
                     password, space);
}

class JdbcSourceFixture final : public SourceFixture {
 public:
  explicit JdbcSourceFixture(bool postgres)
      : postgres_(postgres),
        address_(Variable(postgres ? "SLUICE_KIT_POSTGRES" : "SLUICE_KIT_MYSQL")),
        user_(Variable(postgres ? "SLUICE_KIT_POSTGRES_USER" : "SLUICE_KIT_MYSQL_USER")),
        password_(
            Variable(postgres ? "SLUICE_KIT_POSTGRES_PASSWORD" : "SLUICE_KIT_MYSQL_PASSWORD")) {}

  Status Reset() override {
    RETURN_IF_ERROR(Connect());
    std::vector<std::string> all;
    if (postgres_) {
      all = {"DROP SCHEMA IF EXISTS kit_source CASCADE", "CREATE SCHEMA kit_source",
             "SET search_path = kit_source"};
    } else {
      all = {"DROP DATABASE IF EXISTS kit_jdbc", "CREATE DATABASE kit_jdbc CHARACTER SET utf8mb4",
             "USE kit_jdbc"};
    }
    all.insert(all.end(),
               {"CREATE TABLE items (id INT PRIMARY KEY, name VARCHAR(40), qty BIGINT)",
                "CREATE TABLE pairs (a INT, b INT, v VARCHAR(20), PRIMARY KEY (a, b))",
                "CREATE TABLE words (word VARCHAR(20) PRIMARY KEY, n INT)",
                // A key whose literals may not be exact, and a query: neither is gone on with.
                "CREATE TABLE loose (id DOUBLE PRECISION PRIMARY KEY, name VARCHAR(40))",
                "CREATE TABLE asked (a INT, b INT, v VARCHAR(20), PRIMARY KEY (a, b))",
                "INSERT INTO items " + Numbers(300,
                                               "n * n, CASE WHEN n % 7 = 0 THEN NULL ELSE "
                                               "'item' END, n * 1000"),
                "INSERT INTO pairs " + Numbers(120,
                                               "n % 40, n, CASE WHEN n % 5 = 0 THEN '' ELSE "
                                               "'v' END"),
                "INSERT INTO words " +
                    Numbers(130, postgres_ ? "'it''s ' || n, n" : "CONCAT('it''s ', n), n"),
                "INSERT INTO loose " + Numbers(60, "n, 'loose'"), CreateTypes(), InsertTypes()});
    for (const std::string& sql : all) {
      RETURN_IF_ERROR(session_->Execute(sql).In(sql.substr(0, 60)));
    }
    return {};
  }
  Result<std::unique_ptr<Source>> Make(Host& /*host*/) override {
    return MakeWith(address_, password_);
  }
  Result<Contents> Expected() override {
    Contents out;
    RETURN_IF_ERROR(Connect());
    const std::string space = postgres_ ? "kit_source." : "kit_jdbc.";
    for (const char* table : {"items", "pairs", "words", "loose"}) {
      ASSIGN_OR_RETURN(const SqlTable rows, session_->Query("SELECT * FROM " + space + table));
      for (const auto& row : rows) {
        std::string text;
        for (const auto& value : row) text += (text.empty() ? "" : "|") + value.value_or("null");
        out[Full(table)].insert(text);
        if (std::string_view(table) == "pairs") out[Full("asked")].insert(text);
      }
    }
    for (size_t row = 0; row < 3; ++row) {
      std::string text = std::to_string(row);
      ForEachType([&](const TypeColumn& column) {
        text += fmt::format("|{}", row == 2 ? "null" : column.text[row]);
      });
      out[Full("types")].insert(text);
    }
    return out;
  }
  std::set<std::string> repeated(bool restarted) const override {
    return restarted ? std::set<std::string>{Full("loose"), Full("asked")}
                     : std::set<std::string>();
  }
  std::string types_table() const override { return Full("types"); }
  size_t boundaries_max() const override { return 30; }
  size_t failed_calls_max() const override { return 20; }
  Status Restart() override {
    session_.reset();
    http::Request request;
    request.method = "POST";
    request.url =
        Variable("SLUICE_KIT_CONTROL") + (postgres_ ? "/postgres" : "/mysql") + "/restart";
    ASSIGN_OR_RETURN(const http::Response answer, RealHttp().Perform(request, CancelToken()));
    if (answer.status == 200) return {};
    return {Code::kInternal, "restarting the server: " + answer.body};
  }
  std::string WhyNot(const std::string& law) const override {
    if (law == "RestartOfTheServerLosesNothing" && Variable("SLUICE_KIT_CONTROL").empty()) {
      return "SLUICE_KIT_CONTROL names nobody who could restart the server";
    }
    return "";
  }
  std::string secret() const override { return password_; }
  std::vector<Status> Refusals(Host& host) override {
    std::vector<Status> out;
    for (const std::string& address : {address_, std::string("127.0.0.1:1")}) {
      const auto source = MakeWith(address, kWrongPassword);
      if (!source) return {};
      SourceRun run(**source, host, 1);
      out.push_back(run.Start(nullptr));
    }
    return out;
  }

 private:
  template <typename Each>
  void ForEachType(const Each& each) const {
    if (postgres_) {
      for (const TypeColumn& column : kPostgresTypes) each(column);
    } else {
      for (const TypeColumn& column : kMysqlTypes) each(column);
    }
  }
  static std::string Numbers(int count, const std::string& list) {
    return fmt::format(
        "WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n "
        "< {}) SELECT {} FROM seq",
        count, list);
  }
  std::string CreateTypes() const {
    std::string sql = "CREATE TABLE types (id INT PRIMARY KEY";
    int i = 0;
    ForEachType(
        [&](const TypeColumn& column) { sql += fmt::format(", c{} {} NULL", i++, column.type); });
    return sql + ")";
  }
  std::string InsertTypes() const {
    std::string sql = "INSERT INTO types VALUES ";
    for (size_t row = 0; row < 3; ++row) {
      sql += fmt::format("{}({}", row == 0 ? "" : ", ", row);
      ForEachType([&](const TypeColumn& column) {
        sql += fmt::format(", {}", row == 2 ? "NULL" : column.sql[row]);
      });
      sql += ")";
    }
    return sql;
  }
  std::string Full(const std::string& table) const {
    return (postgres_ ? "kit.kit_source." : "kit_jdbc.") + table;
  }
  Result<std::unique_ptr<Source>> MakeWith(const std::string& address,
                                           const std::string& password) {
    const PluginCase plugin{"Jdbc", PluginKind::kSource,
                            Options(postgres_, address, user_, password), ""};
    Diagnostics mistakes;
    const EnvOptions env{.parallelism = 2};
    auto options = jdbc::ParseSourceOptions(ConfigOf(plugin), env, mistakes);
    if (!options) return Fail(mistakes.ToStatus());
    return std::make_unique<jdbc::JdbcSource>(std::move(*options));
  }
  Status Connect() {
    if (session_) return {};
    const size_t colon = address_.find(':');
    SqlEndpoint endpoint{.host = address_.substr(0, colon), .user = postgres_ ? user_ : "root"};
    endpoint.port = static_cast<uint16_t>(std::stoi(address_.substr(colon + 1)));
    if (postgres_) {
      endpoint.password = Secret(password_);
      endpoint.server = SqlServer::kPostgres;
      endpoint.database = "kit";
    }
    ASSIGN_OR_RETURN(session_, RealSql().Open(endpoint));
    return {};
  }

  const bool postgres_;
  const std::string address_;
  const std::string user_;
  const std::string password_;
  std::unique_ptr<SqlSession> session_;
};

std::unique_ptr<SourceFixture> MakeFixture(bool postgres) {
  if (Variable(postgres ? "SLUICE_KIT_POSTGRES" : "SLUICE_KIT_MYSQL").empty()) return nullptr;
  return std::make_unique<JdbcSourceFixture>(postgres);
}

const bool kRegistered =
    Register(SourceCase{"JdbcMysql", [] { return MakeFixture(false); }}) &&
    Register(SourceCase{"JdbcPostgres", [] { return MakeFixture(true); }}) &&
    Register(PluginCase{"Jdbc", PluginKind::kSource,
                        Options(false, "127.0.0.1:3306", "root", kWrongPassword), kWrongPassword});

}  // namespace
}  // namespace sluice::kit
