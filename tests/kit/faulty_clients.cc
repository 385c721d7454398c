// SPDX-License-Identifier: Apache-2.0
#include "kit/faulty_clients.h"

#include <utility>

#include "base/env.h"
#include "io/http_curl.h"
#include "io/sql_client.h"

namespace sluice::kit {
namespace {

class FaultySession final : public SqlSession {
 public:
  FaultySession(std::unique_ptr<SqlSession> real, Faults& faults)
      : real_(std::move(real)), faults_(faults) {}

  Status Execute(const std::string& sql) override {
    return faults_.CallStatus(sql, [&] { return real_->Execute(sql); });
  }
  Result<SqlTable> Query(const std::string& sql) override {
    return faults_.Call<SqlTable>(sql, [&] { return real_->Query(sql); });
  }
  Status Stream(const std::string& sql, const std::function<bool(SqlRow)>& each) override {
    return faults_.CallStatus(sql, [&] { return real_->Stream(sql, each); });
  }
  Result<std::vector<SqlColumn>> Describe(const std::string& sql) override {
    return faults_.Call<std::vector<SqlColumn>>(sql, [&] { return real_->Describe(sql); });
  }
  Status CopyIn(const std::string& sql, std::string_view data) override {
    return faults_.CallStatus(sql, [&] { return real_->CopyIn(sql, data); });
  }
  std::string Quote(std::string_view text) const override { return real_->Quote(text); }
  void Interrupt() override { real_->Interrupt(); }

 private:
  std::unique_ptr<SqlSession> real_;
  Faults& faults_;
};

class FaultyLog final : public LogStream {
 public:
  FaultyLog(std::unique_ptr<LogStream> real, Faults& faults)
      : real_(std::move(real)), faults_(faults) {}

  Result<std::string_view> Next() override {
    return faults_.Call<std::string_view>("next event of the log", [&] { return real_->Next(); });
  }
  void Interrupt() override { real_->Interrupt(); }

 private:
  std::unique_ptr<LogStream> real_;
  Faults& faults_;
};

}  // namespace

Result<http::Response> FaultyHttp::Perform(const http::Request& request,
                                           const CancelToken& cancel) {
  return faults_.Call<http::Response>(request.method + " " + request.url,
                                      [&] { return real_.Perform(request, cancel); });
}

Result<std::unique_ptr<SqlSession>> FaultySql::Open(const SqlEndpoint& endpoint) {
  ASSIGN_OR_RETURN(auto session, faults_.Call<std::unique_ptr<SqlSession>>(
                                     "connect", [&] { return real_.Open(endpoint); }));
  return std::make_unique<FaultySession>(std::move(session), faults_);
}

Result<std::unique_ptr<LogStream>> FaultySql::OpenLog(const SqlEndpoint& endpoint,
                                                      const LogStart& start) {
  ASSIGN_OR_RETURN(auto stream, faults_.Call<std::unique_ptr<LogStream>>("open the log", [&] {
    return real_.OpenLog(endpoint, start);
  }));
  return std::make_unique<FaultyLog>(std::move(stream), faults_);
}

http::Client& RealHttp() {
  static const std::unique_ptr<http::Client> client = MakeCurlClient(Env::Default());
  return *client;
}

SqlClient& RealSql() {
  static const std::unique_ptr<SqlClient> client = MakeSqlClient();
  return *client;
}

}  // namespace sluice::kit
