// SPDX-License-Identifier: Apache-2.0
#include "io/sql_client.h"

#include "io/mysql_client.h"
#include "io/pg_client.h"

namespace sluice {
namespace {

class ByServer final : public SqlClient {
 public:
  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint& endpoint) override {
    return Of(endpoint).Open(endpoint);
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint& endpoint,
                                             const LogStart& start) override {
    return Of(endpoint).OpenLog(endpoint, start);
  }

 private:
  SqlClient& Of(const SqlEndpoint& endpoint) {
    return endpoint.server == SqlServer::kPostgres ? *postgres_ : *mysql_;
  }

  const std::unique_ptr<SqlClient> mysql_ = MakeMysqlClient();
  const std::unique_ptr<SqlClient> postgres_ = MakePgClient();
};

}  // namespace

std::unique_ptr<SqlClient> MakeSqlClient() {
  return std::make_unique<ByServer>();
}

}  // namespace sluice
