// SPDX-License-Identifier: Apache-2.0
// The narrow clients of the api over real ones, with faults at every call.
#pragma once

#include <memory>

#include "api/http_client.h"
#include "api/sql_session.h"
#include "kit/faults.h"

namespace sluice::kit {

class FaultyHttp final : public http::Client {
 public:
  FaultyHttp(http::Client& real, Faults& faults) : real_(real), faults_(faults) {}
  Result<http::Response> Perform(const http::Request& request, const CancelToken& cancel) override;

 private:
  http::Client& real_;
  Faults& faults_;
};

// A broken Stream hands its rows over and then fails; a broken Next loses its event.
class FaultySql final : public SqlClient {
 public:
  FaultySql(SqlClient& real, Faults& faults) : real_(real), faults_(faults) {}
  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint& endpoint) override;
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint& endpoint,
                                             const LogStart& start) override;

 private:
  SqlClient& real_;
  Faults& faults_;
};

// The real ones, shared by all fixtures of the process.
http::Client& RealHttp();
SqlClient& RealSql();

}  // namespace sluice::kit
