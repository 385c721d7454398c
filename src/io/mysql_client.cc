// SPDX-License-Identifier: Apache-2.0
#include "io/mysql_client.h"

#include "io/mysql_connection.h"
#include "io/mysql_log_stream.h"
#include "io/mysql_type_text.h"

namespace sluice {
namespace {

using ResultPtr = std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)>;

class MysqlSession final : public SqlSession {
 public:
  explicit MysqlSession(std::unique_ptr<MysqlConnection> connection)
      : connection_(std::move(connection)) {}

  Status Execute(const std::string& sql) override {
    RETURN_IF_ERROR(connection_->Execute(sql));
    ResultPtr result(mysql_store_result(connection_->handle()), mysql_free_result);
    return CheckResult(result, sql);
  }

  Result<SqlTable> Query(const std::string& sql) override {
    RETURN_IF_ERROR(connection_->Execute(sql));
    ResultPtr result(mysql_store_result(connection_->handle()), mysql_free_result);
    RETURN_IF_ERROR(CheckResult(result, sql));
    SqlTable table;
    if (!result) return table;
    const unsigned columns = mysql_num_fields(result.get());
    while (MYSQL_ROW row = mysql_fetch_row(result.get())) {
      const unsigned long* sizes = mysql_fetch_lengths(result.get());
      auto& out = table.emplace_back();
      for (unsigned i = 0; i < columns; ++i) {
        out.push_back(row[i] == nullptr
                          ? std::nullopt
                          : std::optional<std::string>(std::in_place, row[i], sizes[i]));
      }
    }
    return table;
  }

  Status Stream(const std::string& sql, const std::function<bool(SqlRow)>& each) override {
    RETURN_IF_ERROR(connection_->Execute(sql));
    ResultPtr result(mysql_use_result(connection_->handle()), mysql_free_result);
    RETURN_IF_ERROR(CheckResult(result, sql));
    if (!result) return {};
    std::vector<std::optional<std::string_view>> values(mysql_num_fields(result.get()));
    while (MYSQL_ROW row = mysql_fetch_row(result.get())) {
      const unsigned long* sizes = mysql_fetch_lengths(result.get());
      for (size_t i = 0; i < values.size(); ++i) {
        values[i] =
            row[i] == nullptr ? std::nullopt : std::optional(std::string_view(row[i], sizes[i]));
      }
      if (each(values)) continue;
      connection_->Break();  // else freeing the result would read all the rest
      return {};
    }
    if (mysql_errno(connection_->handle()) != 0) return connection_->Error(sql.substr(0, 200));
    return {};
  }

  Result<std::vector<SqlColumn>> Describe(const std::string& sql) override {
    RETURN_IF_ERROR(connection_->CheckUsable());
    const std::unique_ptr<MYSQL_STMT, decltype(&mysql_stmt_close)> statement(
        mysql_stmt_init(connection_->handle()), mysql_stmt_close);
    const bool prepared =
        statement && mysql_stmt_prepare(statement.get(), sql.data(), sql.size()) == 0;
    if (!prepared) return Fail(connection_->Error(sql.substr(0, 200)));
    const ResultPtr result(mysql_stmt_result_metadata(statement.get()), mysql_free_result);
    std::vector<SqlColumn> columns;
    const unsigned count = result ? mysql_num_fields(result.get()) : 0;
    for (unsigned i = 0; i < count; ++i) {
      const MYSQL_FIELD& field = *mysql_fetch_field_direct(result.get(), i);
      columns.push_back({std::string(field.name, field.name_length), MysqlTypeText(field),
                         (field.flags & NOT_NULL_FLAG) == 0});
    }
    return columns;
  }

  std::string Quote(std::string_view text) const override {
    std::string out(text.size() * 2 + 1, '\0');
    out.resize(
        mysql_real_escape_string(connection_->handle(), out.data(), text.data(), text.size()));
    return "'" + out + "'";
  }

  void Interrupt() override { connection_->Interrupt(); }

 private:
  Status CheckResult(const ResultPtr& result, const std::string& sql) const {
    const bool failed = !result && mysql_errno(connection_->handle()) != 0;
    return failed ? connection_->Error(sql.substr(0, 200)) : Status();
  }

  std::unique_ptr<MysqlConnection> connection_;
};

class MysqlClient final : public SqlClient {
 public:
  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint& endpoint) override {
    ASSIGN_OR_RETURN(auto connection, MysqlConnection::Open(endpoint, endpoint.read_timeout));
    return std::make_unique<MysqlSession>(std::move(connection));
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint& endpoint,
                                             const LogStart& start) override {
    return OpenMysqlLog(endpoint, start);
  }
};

}  // namespace

std::unique_ptr<SqlClient> MakeMysqlClient() {
  mysql_library_init(0, nullptr, nullptr);  // not safe from several threads, so here
  return std::make_unique<MysqlClient>();
}

}  // namespace sluice
