// SPDX-License-Identifier: Apache-2.0
// The Jdbc sink before the laws, against the servers that these name:
//   SLUICE_KIT_MYSQL     host:port, where root has no password
//   SLUICE_KIT_POSTGRES  host:port of a server with the database kit
//   SLUICE_KIT_POSTGRES_USER, SLUICE_KIT_POSTGRES_PASSWORD
#include <fmt/format.h>

#include <cstdlib>

#include "jdbc/sink.h"
#include "kit/plugin_case.h"
#include "kit/sink_fixture.h"
#include "kit/sink_rows.h"

namespace sluice::kit {
namespace {

constexpr char kWrongPassword[] = "kit-secret-words";

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Server {
  SqlServer kind = SqlServer::kMysql;
  std::string address;
  std::string user;
  std::string password;
};

Server ServerOf(SqlServer kind) {
  if (kind == SqlServer::kMysql) return {kind, Variable("SLUICE_KIT_MYSQL"), "root", ""};
  return {kind, Variable("SLUICE_KIT_POSTGRES"), Variable("SLUICE_KIT_POSTGRES_USER"),
          Variable("SLUICE_KIT_POSTGRES_PASSWORD")};
}

// Whose rows are written how. kFollowed: at least once, in a job that follows its source.
enum class Way : uint8_t { kByKey, kAppended, kAtLeastOnce, kFollowed };

std::string Options(const Server& server, const std::string& space, Way way) {
  const bool postgres = server.kind == SqlServer::kPostgres;
  return fmt::format(
      R"conf(
url = "jdbc:{}://{}/{}"
driver = "a.java.Driver"
user = "{}"
password = "{}"
generate_sink_sql = true
database = "{}"
table = "{}${{table_name}}"
batch_size = 2
max_retries = 2
{}
)conf",
      postgres ? "postgresql" : "mysql", server.address, postgres ? "kit" : "", server.user,
      server.password, postgres ? "kit" : space, postgres ? space + "." : "",
      way == Way::kAtLeastOnce || way == Way::kFollowed ? "is_exactly_once = false" : "");
}

class JdbcFixture final : public SinkFixture {
 public:
  JdbcFixture(Server server, Way way) : server_(std::move(server)), way_(way) {}
  ~JdbcFixture() override {
    if (session_) static_cast<void>(DropSpace());
  }

  // Another database or schema each time.
  Status Reset() override {
    if (!session_) {
      ASSIGN_OR_RETURN(session_, RealSql().Open(Endpoint()));
    }
    RETURN_IF_ERROR(DropSpace());
    static int count = 0;
    space_ = fmt::format("kit_{}_{}", Env::Default().Random() % 1'000'000, ++count);
    RETURN_IF_ERROR(
        session_->Execute(postgres() ? "CREATE SCHEMA " + space_ : "CREATE DATABASE " + space_));
    for (const SchemaRef& table : SinkTables()) {
      RETURN_IF_ERROR(session_->Execute(
          fmt::format("CREATE TABLE {}.{} (id BIGINT NOT NULL, name VARCHAR(30){})", space_,
                      table->path.table, way_ == Way::kAppended ? "" : ", PRIMARY KEY (id)")));
    }
    return {};
  }
  std::vector<SchemaRef> tables() const override {
    std::vector<SchemaRef> out;
    for (const SchemaRef& table : SinkTables()) {
      Schema schema = *table;
      if (way_ == Way::kAppended) schema.primary_key.clear();
      out.push_back(std::make_shared<Schema>(std::move(schema)));
    }
    return out;
  }
  Result<std::unique_ptr<Sink>> Make(Host& /*host*/) override { return MakeWith(server_); }
  Result<Contents> Visible() override {
    Contents out;
    for (const SchemaRef& table : SinkTables()) {
      ASSIGN_OR_RETURN(const SqlTable rows, session_->Query(fmt::format(
                                                "SELECT * FROM {}.{}", space_, table->path.table)));
      for (const auto& row : rows) {
        out[table->path.ToString()].insert(RowText(row));
      }
    }
    return out;
  }
  Result<int> OpenWork() override {
    ASSIGN_OR_RETURN(const SqlTable rows,
                     session_->Query(fmt::format(
                         "SELECT count(*) FROM information_schema.tables WHERE table_schema = '{}' "
                         "AND table_name LIKE '%sluice%' AND table_name <> '__sluice_ledger'",
                         space_)));
    return std::stoi(rows[0][0].value_or("0"));
  }
  bool upserts() const override { return way_ != Way::kAppended; }
  ChunkPtr BadRows() const override {
    return MakeChunk(SinkTables()[0],
                     {{.id = 6, .name = "fine"}, {.id = 7, .name = std::string(31, 'x')}});
  }
  std::vector<std::string> bad_row_words() const override {
    return {"first", "name", postgres() ? "too long" : "Data too long", "7", "xxxxx"};
  }
  std::string secret() const override { return kWrongPassword; }
  std::vector<Status> Refusals(Host& host) override {
    Server wrong = server_;
    wrong.user = "nobody";
    wrong.password = kWrongPassword;
    Server nowhere = wrong;
    nowhere.address = "127.0.0.1:1";
    std::vector<Status> out;
    for (const Server& server : {wrong, nowhere}) {
      auto sink = MakeWith(server);
      if (!sink) return {};
      out.push_back((*sink)->Prepare(host.ctx(), tables(), true));
    }
    return out;
  }
  size_t lives_max() const override { return 20; }

 private:
  bool postgres() const { return server_.kind == SqlServer::kPostgres; }
  Status DropSpace() {
    if (space_.empty()) return {};
    return session_->Execute(postgres() ? "DROP SCHEMA " + space_ + " CASCADE"
                                        : "DROP DATABASE " + space_);
  }
  Result<std::unique_ptr<Sink>> MakeWith(const Server& server) {
    const PluginCase plugin{"Jdbc", PluginKind::kSink, Options(server, space_, way_), ""};
    Diagnostics mistakes;
    EnvOptions env;
    if (way_ == Way::kFollowed) env.job_mode = JobMode::kStreaming;
    auto options = jdbc::ParseSinkOptions(ConfigOf(plugin), env, mistakes);
    if (!options) return Fail(mistakes.ToStatus());
    return std::make_unique<jdbc::JdbcSink>(std::move(*options));
  }
  SqlEndpoint Endpoint() const {
    const size_t colon = server_.address.find(':');
    SqlEndpoint endpoint{.host = server_.address.substr(0, colon), .user = server_.user};
    endpoint.port = static_cast<uint16_t>(std::stoi(server_.address.substr(colon + 1)));
    endpoint.password = Secret(server_.password);
    endpoint.server = server_.kind;
    if (postgres()) endpoint.database = "kit";
    return endpoint;
  }

  const Server server_;
  const Way way_;
  std::string space_;  // a database of MySQL, a schema of PostgreSQL
  std::unique_ptr<SqlSession> session_;
};

std::unique_ptr<SinkFixture> MakeFixture(SqlServer kind, Way way) {
  Server server = ServerOf(kind);
  if (server.address.empty()) return nullptr;
  return std::make_unique<JdbcFixture>(std::move(server), way);
}

SinkCase Case(const char* name, SqlServer kind, Way way) {
  return {name, [kind, way] { return MakeFixture(kind, way); }};
}

const bool kRegistered =
    Register(Case("JdbcMysqlByKey", SqlServer::kMysql, Way::kByKey)) &&
    Register(Case("JdbcMysqlAppended", SqlServer::kMysql, Way::kAppended)) &&
    Register(Case("JdbcMysqlAtLeastOnce", SqlServer::kMysql, Way::kAtLeastOnce)) &&
    Register(Case("JdbcMysqlFollowed", SqlServer::kMysql, Way::kFollowed)) &&
    Register(Case("JdbcPostgresByKey", SqlServer::kPostgres, Way::kByKey)) &&
    Register(Case("JdbcPostgresAppended", SqlServer::kPostgres, Way::kAppended)) &&
    Register(Case("JdbcPostgresAtLeastOnce", SqlServer::kPostgres, Way::kAtLeastOnce)) &&
    Register(Case("JdbcPostgresFollowed", SqlServer::kPostgres, Way::kFollowed)) &&
    Register(PluginCase{
        "Jdbc", PluginKind::kSink,
        Options({SqlServer::kMysql, "127.0.0.1:3306", "root", kWrongPassword}, "kit", Way::kByKey),
        kWrongPassword});

}  // namespace
}  // namespace sluice::kit
