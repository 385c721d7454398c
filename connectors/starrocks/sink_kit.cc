// SPDX-License-Identifier: Apache-2.0
// StarRocks before the laws, against the cluster or the stand-in that these name:
//   SLUICE_KIT_STARROCKS_NODES     host:port of front ends' HTTP servers, with commas
//   SLUICE_KIT_STARROCKS_SQL       host:port of a front end's SQL server
//   SLUICE_KIT_STARROCKS_USER
//   SLUICE_KIT_STARROCKS_PASSWORD
//   SLUICE_KIT_STARROCKS_CONTROL   http://host:port of the stand-in's control; empty: a real one
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "kit/plugin_case.h"
#include "kit/sink_fixture.h"
#include "kit/sink_rows.h"
#include "starrocks/sink.h"

namespace sluice::kit {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Cluster {
  std::string nodes;
  std::string sql;
  std::string user;
  std::string password;
};

std::string Options(const Cluster& cluster, const std::string& database, bool upserts) {
  return fmt::format(R"conf(
nodeUrls = "{}"
base-url = "jdbc:mysql://{}"
username = "{}"
password = "{}"
database = "{}"
enable_upsert_delete = {}
retry_backoff_multiplier_ms = 1
save_mode_create_template = """CREATE TABLE IF NOT EXISTS `${{database}}`.`${{table}}` (
  id BIGINT NOT NULL, name VARCHAR(30) NULL) ENGINE=OLAP {} KEY (id)
  DISTRIBUTED BY HASH (id) BUCKETS 1 PROPERTIES ("replication_num" = "1")"""
)conf",
                     cluster.nodes, cluster.sql, cluster.user, cluster.password, database, upserts,
                     upserts ? "PRIMARY" : "DUPLICATE");
}

enum class Way : uint8_t { kByKey, kAppended, kFlushed };

class StarrocksFixture final : public SinkFixture {
 public:
  explicit StarrocksFixture(Way way)
      : cluster_{Variable("SLUICE_KIT_STARROCKS_NODES"), Variable("SLUICE_KIT_STARROCKS_SQL"),
                 Variable("SLUICE_KIT_STARROCKS_USER"), Variable("SLUICE_KIT_STARROCKS_PASSWORD")},
        way_(way) {
    // With one front end a failed call is failed for good; with several the next one is asked.
    if (way == Way::kAppended) cluster_.nodes = cluster_.nodes.substr(0, cluster_.nodes.find(','));
  }
  ~StarrocksFixture() override {
    if (session_) static_cast<void>(session_->Execute("DROP DATABASE IF EXISTS " + database_));
  }

  // Another database each time, as labels are unique within one.
  Status Reset() override {
    if (!session_) {
      ASSIGN_OR_RETURN(session_, RealSql().Open(Endpoint()));
    }
    if (!database_.empty()) RETURN_IF_ERROR(session_->Execute("DROP DATABASE " + database_));
    static int count = 0;
    database_ = fmt::format("kit_{}_{}", Env::Default().Random() % 1'000'000, ++count);
    return session_->Execute("CREATE DATABASE " + database_);
  }
  Result<std::unique_ptr<Sink>> Make(Host& /*host*/) override { return MakeWith(cluster_); }
  Result<Contents> Visible() override {
    Contents out;
    for (const SchemaRef& table : SinkTables()) {
      ASSIGN_OR_RETURN(const SqlTable found,
                       session_->Query(fmt::format(
                           "SELECT TABLE_NAME FROM information_schema.tables WHERE TABLE_SCHEMA = "
                           "'{}' AND TABLE_NAME = '{}'",
                           database_, table->path.table)));
      if (found.empty()) continue;
      ASSIGN_OR_RETURN(
          const SqlTable rows,
          session_->Query(fmt::format("SELECT * FROM {}.{}", database_, table->path.table)));
      for (const auto& row : rows) {
        out[table->path.ToString()].insert(RowText(row));
      }
    }
    return out;
  }
  Result<int> OpenWork() override {
    const std::string control = Variable("SLUICE_KIT_STARROCKS_CONTROL");
    if (control.empty()) return 0;  // a real cluster tells only what it is asked by label
    http::Request request;
    request.method = "GET";
    request.url = control + "/transactions?db=" + database_;
    ASSIGN_OR_RETURN(const http::Response answer, RealHttp().Perform(request, CancelToken()));
    int open = 0;
    const auto all = nlohmann::json::parse(answer.body, nullptr, false);
    if (!all.is_array()) return Fail(Code::kInternal, "the control port says: " + answer.body);
    for (const auto& transaction : all) {
      const auto state = transaction.value("state", "");
      if (state == "PREPARE" || state == "PREPARED") ++open;
    }
    return open;
  }
  bool upserts() const override { return way_ != Way::kAppended; }
  ChunkPtr BadRows() const override {
    return MakeChunk(SinkTables()[0],
                     {{.id = 6, .name = "fine"}, {.id = 7, .name = std::string(31, 'x')}});
  }
  // The server names the row in a log of its own, whose address is in the message.
  std::vector<std::string> bad_row_words() const override {
    return {"first", "too many filtered rows", "rejected rows: http"};
  }
  std::string secret() const override { return kWrongPassword; }
  std::vector<Status> Refusals(Host& host) override {
    Cluster wrong = cluster_;
    wrong.password = kWrongPassword;
    Cluster nowhere = wrong;
    nowhere.sql = nowhere.nodes = "127.0.0.1:1";
    std::vector<Status> out;
    for (const Cluster& cluster : {wrong, nowhere}) {
      auto sink = MakeWith(cluster);
      if (!sink) return {};
      out.push_back((*sink)->Prepare(host.ctx(), tables(), true));
    }
    return out;
  }
  size_t lives_max() const override { return 40; }

 private:
  static constexpr char kWrongPassword[] = "kit-secret-words";

  Result<std::unique_ptr<Sink>> MakeWith(const Cluster& cluster) {
    const PluginCase plugin{"StarRocks", PluginKind::kSink, Options(cluster, database_, upserts()),
                            ""};
    Diagnostics mistakes;
    EnvOptions env;
    if (way_ == Way::kFlushed) env.guarantee = Guarantee::kAtLeastOnce;
    auto options = starrocks::ParseOptions(ConfigOf(plugin), env, mistakes);
    if (!options) return Fail(mistakes.ToStatus());
    return std::make_unique<starrocks::StarrocksSink>(std::move(*options));
  }
  SqlEndpoint Endpoint() const {
    const size_t colon = cluster_.sql.find(':');
    SqlEndpoint endpoint{.host = cluster_.sql.substr(0, colon), .user = cluster_.user};
    endpoint.port = static_cast<uint16_t>(std::stoi(cluster_.sql.substr(colon + 1)));
    endpoint.password = Secret(cluster_.password);
    return endpoint;
  }

  Cluster cluster_;
  const Way way_;
  std::string database_;
  std::unique_ptr<SqlSession> session_;
};

std::unique_ptr<SinkFixture> MakeFixture(Way way) {
  if (Variable("SLUICE_KIT_STARROCKS_NODES").empty()) return nullptr;
  return std::make_unique<StarrocksFixture>(way);
}

const bool kRegistered =
    Register(SinkCase{"StarRocksByKey", [] { return MakeFixture(Way::kByKey); }}) &&
    Register(SinkCase{"StarRocksAppended", [] { return MakeFixture(Way::kAppended); }}) &&
    Register(SinkCase{"StarRocksFlushed", [] { return MakeFixture(Way::kFlushed); }}) &&
    Register(PluginCase{
        "StarRocks", PluginKind::kSink,
        Options({"127.0.0.1:8030", "127.0.0.1:9030", "root", "kit-secret-words"}, "kit", true),
        "kit-secret-words"});

}  // namespace
}  // namespace sluice::kit
