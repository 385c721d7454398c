// SPDX-License-Identifier: Apache-2.0
// TransactionClient: StarRocks' transaction interface over HTTP, across front ends.
// https://docs.starrocks.io/docs/loading/Stream_Load_transaction_interface/
#pragma once

#include <atomic>
#include <string>

#include "api/http_client.h"
#include "starrocks/commit_logic.h"
#include "starrocks/options.h"

namespace sluice::starrocks {

// Calls block; any thread. What an error of a call tells:
//   kUnavailable, kTimeout  nobody knows whether it took effect: ask for the state
//   kInvalidConfig          user, password or privilege
//   kSchemaMismatch         the rows do not fit the table; the transaction is aborted
//   kExhausted              refused or failed for certain; the transaction is aborted or not begun
class TransactionClient final : public TransactionApi {
 public:
  // All outlive the client.
  TransactionClient(http::Client& http, const StarrocksOptions& options, CancelToken cancel)
      : http_(http), options_(options), cancel_(std::move(cancel)) {}

  // Waits, as the options say, while the database has too many open transactions.
  Status Begin(const std::string& database, const std::string& table, const std::string& label);
  // `body`: a JSON array of rows. Complete within one request.
  Status Load(const std::string& database, const std::string& table, const std::string& label,
              std::shared_ptr<const std::string> body);
  Status Prepare(const std::string& database, const std::string& table, const std::string& label);

  Result<TxnState> State(const std::string& database, const std::string& label) override;
  Status Commit(const std::string& database, const std::string& table,
                const std::string& label) override;
  Status CommitAtOnce(const std::string& database, const std::string& table,
                      const std::string& label) override;
  Status Rollback(const std::string& database, const std::string& table,
                  const std::string& label) override;

 private:
  http::Request Post(const std::string& operation, const std::string& database,
                     const std::string& table, const std::string& label) const;
  // Asks one front end after the other, beginning with the one that answered last, until one
  // answers. What may have been acted upon is not sent again, unless it is a GET; but the next
  // call begins with another front end.
  Result<http::Response> Perform(http::Request request, const std::string& path);
  void Leave(size_t node) { node_ = (node + 1) % options_.node_urls.size(); }
  Status Operate(http::Request request, const std::string& operation, const std::string& label);

  http::Client& http_;
  const StarrocksOptions& options_;
  const CancelToken cancel_;
  std::atomic<size_t> node_{0};  // the front end to ask first
};

// One answer of the server, whatever its spelling of the fields.
struct Answer {
  std::string status;   // in upper case; empty: the body is no answer
  std::string message;  // with ErrorURL where there is one
  std::string state;    // of get_load_state
};
Answer ParseAnswer(const std::string& body);

}  // namespace sluice::starrocks
