// SPDX-License-Identifier: Apache-2.0
// The two interfaces of the simulated target, over a process' wire: loads by HTTP, and tables by
// SQL. They know the requests and statements that connectors/starrocks sends, and answer as a front
// end does.
#pragma once

#include <memory>

#include "api/http_client.h"
#include "api/sql_session.h"
#include "sim/sim_target.h"
#include "sim/wire.h"

namespace sluice::sim {

class SimHttp final : public http::Client {
 public:
  SimHttp(World& world, const Scenario& scenario, SimTarget& target, std::shared_ptr<Wire> wire)
      : world_(world), scenario_(scenario), target_(target), wire_(std::move(wire)) {}
  Result<http::Response> Perform(const http::Request& request, const CancelToken& cancel) override;

 private:
  World& world_;
  const Scenario& scenario_;
  SimTarget& target_;
  const std::shared_ptr<Wire> wire_;
};

class SimSql final : public SqlClient {
 public:
  SimSql(const Scenario& scenario, SimTarget& target, std::shared_ptr<Wire> wire)
      : scenario_(scenario), target_(target), wire_(std::move(wire)) {}
  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint& endpoint) override;
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint& endpoint,
                                             const LogStart& start) override;

 private:
  const Scenario& scenario_;
  SimTarget& target_;
  const std::shared_ptr<Wire> wire_;
};

}  // namespace sluice::sim
