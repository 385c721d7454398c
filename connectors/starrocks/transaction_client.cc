// SPDX-License-Identifier: Apache-2.0
#include "starrocks/transaction_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "base/probe.h"

namespace sluice::starrocks {
namespace {

constexpr char kCommitWaitSeconds[] = "5";  // for visibility; COMMITTED is enough for us

// A front end that does not answer must not hold the job for as long as a load may take.
constexpr Duration kAskTimeout = std::chrono::seconds(10);
constexpr int64_t kLimitAsksMax = 20;
constexpr Duration kDecideTimeout = std::chrono::seconds(30);

// Failures that the same rows will meet again.
bool IsOfTheRows(std::string_view message) {
  static constexpr auto kSigns = std::to_array<std::string_view>(
      {"too many filtered rows", "primary key size exceed", "Only primary key table",
       "unknown data format", "json type data", "invalid json", "JSON parse error",
       "No partition matched", "unknown column", "Unknown column", "data quality"});
  return std::ranges::any_of(
      kSigns, [&](std::string_view sign) { return message.find(sign) != std::string_view::npos; });
}

// The database has as many open transactions as it may; nothing was begun.
bool IsOfTheLimit(std::string_view message) {
  return message.find("current running txns on db") != std::string_view::npos;
}

bool IsOfTheAccount(std::string_view message) {
  return message.find("Access denied") != std::string_view::npos ||
         message.find("no valid Basic authorization") != std::string_view::npos;
}

// For a part of a URL.
std::string Encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

Answer ParseAnswer(const std::string& body) {
  Answer answer;
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return answer;
  std::string url;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) continue;
    const std::string name = Upper(key);
    const auto text = value.get<std::string>();
    if (name == "STATUS") answer.status = Upper(text);
    if (name == "STATE") answer.state = Upper(text);
    if (name == "MESSAGE" || (name == "MSG" && answer.message.empty())) answer.message = text;
    if (name == "ERRORURL") url = text;
  }
  if (!url.empty()) answer.message += " (rejected rows: " + url + ")";
  return answer;
}

http::Request TransactionClient::Post(const std::string& operation, const std::string& database,
                                      const std::string& table, const std::string& label) const {
  http::Request request;
  request.method = operation == "load" ? "PUT" : "POST";
  request.timeout = std::chrono::milliseconds(options_.http_socket_timeout_ms);
  request.headers = {{"db", database}, {"table", table}, {"label", label}};
  return request;
}

Status TransactionClient::Begin(const std::string& database, const std::string& table,
                                const std::string& label) {
  http::Request request = Post("begin", database, table, label);
  request.timeout = kDecideTimeout;
  request.headers.emplace_back("timeout", std::to_string(kOpenLife.count()));
  for (const auto& [name, value] : options_.config) {
    if (Upper(name) == "WAREHOUSE") request.headers.emplace_back(name, value);
  }
  // Those of the checkpoint before make room as soon as they are committed.
  for (int64_t asks = 1;; ++asks) {
    Status status = Operate(request, "begin", label);
    if (asks == kLimitAsksMax || !IsOfTheLimit(status.message())) return status;
    Probe("waits for room for a transaction");
    const int64_t pause_ms =
        std::min(options_.max_retry_backoff_ms, options_.retry_backoff_multiplier_ms * asks);
    if (cancel_.WaitFor(std::chrono::milliseconds(pause_ms))) return cancel_.Check();
  }
}

Status TransactionClient::Load(const std::string& database, const std::string& table,
                               const std::string& label, std::shared_ptr<const std::string> body) {
  http::Request request = Post("load", database, table, label);
  request.expect_continue = true;
  request.body = std::move(body);
  for (const auto& [name, value] : options_.config) request.headers.emplace_back(name, value);
  const bool told = std::ranges::any_of(
      options_.config, [](const auto& header) { return SameWord(header.first, "strict_mode"); });
  // Without, a value that the target cannot hold becomes NULL and nobody is told.
  if (!told) request.headers.emplace_back("strict_mode", "true");
  request.headers.emplace_back("format", "json");
  request.headers.emplace_back("strip_outer_array", "true");
  request.headers.emplace_back("ignore_json_size", "true");
  return Operate(std::move(request), "load", label);
}

Status TransactionClient::Prepare(const std::string& database, const std::string& table,
                                  const std::string& label) {
  http::Request request = Post("prepare", database, table, label);
  request.headers.emplace_back("prepared_timeout", std::to_string(kPreparedLife.count()));
  return Operate(std::move(request), "prepare", label);
}

Status TransactionClient::Commit(const std::string& database, const std::string& table,
                                 const std::string& label) {
  http::Request request = Post("commit", database, table, label);
  request.timeout = kDecideTimeout;
  request.headers.emplace_back("timeout", kCommitWaitSeconds);
  return Operate(std::move(request), "commit", label);
}

Status TransactionClient::CommitAtOnce(const std::string& database, const std::string& table,
                                       const std::string& label) {
  // Rows are written first, which may take as long as a load.
  http::Request request = Post("commit", database, table, label);
  request.headers.emplace_back("timeout", kCommitWaitSeconds);
  return Operate(std::move(request), "commit", label);
}

Status TransactionClient::Rollback(const std::string& database, const std::string& table,
                                   const std::string& label) {
  http::Request rollback = Post("rollback", database, table, label);
  rollback.timeout = kDecideTimeout;
  Status status = Operate(std::move(rollback), "rollback", label);
  if (status.ok()) return {};
  // The back end that led the transaction may have forgotten it; then only the front end can end
  // it.
  http::Request cancel;
  cancel.method = "POST";
  cancel.timeout = kDecideTimeout;
  auto response = Perform(std::move(cancel), fmt::format("/api/{}/{}/_cancel?label={}",
                                                         Encoded(database), label, label));
  if (response && ParseAnswer(response->body).status == "OK") {
    Probe("cancelled instead of rolled back");
    return {};
  }
  return status;
}

Result<TxnState> TransactionClient::State(const std::string& database, const std::string& label) {
  const std::string path = fmt::format("/api/{}/get_load_state?label={}", Encoded(database), label);
  Status last;
  for (size_t i = 0; i < options_.node_urls.size(); ++i) {
    http::Request request;
    request.method = "GET";
    request.timeout = kAskTimeout;
    ASSIGN_OR_RETURN(const http::Response response, Perform(std::move(request), path));
    const Answer answer = ParseAnswer(response.body);
    for (const TxnState state : {TxnState::kUnknown, TxnState::kPrepare, TxnState::kPrepared,
                                 TxnState::kCommitted, TxnState::kVisible, TxnState::kAborted}) {
      if (answer.state == TxnStateName(state)) return state;
    }
    last = {Code::kUnavailable, fmt::format("the state of {} was not told: {} {}", label,
                                            answer.status, answer.message)};
    Leave(node_);
  }
  return Fail(last);
}

Result<http::Response> TransactionClient::Perform(http::Request request, const std::string& path) {
  request.user = options_.username;
  request.password = options_.password;
  request.timeout = std::min(request.timeout,
                             Duration(std::chrono::milliseconds(options_.http_socket_timeout_ms)));
  const bool repeatable = request.method == "GET";
  const size_t first = node_;
  Status last;
  for (size_t i = 0; i < options_.node_urls.size(); ++i) {
    const size_t node = (first + i) % options_.node_urls.size();
    const std::string& address = options_.node_urls[node];
    request.url = "http://" + address + path;
    auto response = http_.Perform(request, cancel_);
    if (response && response->status == 200) {
      node_ = node;
      return response;
    }
    if (response && response->status == 401) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("StarRocks refuses user {}: {}", options_.username,
                              ParseAnswer(response->body).message));
    }
    last = response ? Status(Code::kUnavailable, fmt::format("StarRocks at {} answered HTTP {}",
                                                             address, response->status))
                    : response.error().In("asking StarRocks at " + address);
    if (last.retry() != Retry::kInPlace) break;
    Leave(node);
    // A server that was not reached has done nothing.
    const bool untouched = !response && last.code() == Code::kUnavailable;
    if (!untouched && !repeatable) break;
    Probe("another front end is asked");
  }
  return Fail(last);
}

Status TransactionClient::Operate(http::Request request, const std::string& operation,
                                  const std::string& label) {
  const auto response = Perform(std::move(request), "/api/transaction/" + operation);
  if (!response) return response.error().In(operation + " " + label);
  const Answer answer = ParseAnswer(response->body);
  if (answer.status == "OK" || answer.status == "SUCCESS") return {};
  const std::string text =
      fmt::format("StarRocks: {} of {}: {} {}", operation, label,
                  answer.status.empty() ? "no readable answer" : answer.status, answer.message);
  if (answer.status.empty()) {
    Probe("unreadable answer");
    return {Code::kTimeout, text};
  }
  if (IsOfTheRows(answer.message)) return {Code::kSchemaMismatch, text};
  if (IsOfTheAccount(answer.message)) return {Code::kInvalidConfig, text};
  if (IsOfTheLimit(answer.message)) {
    return {Code::kExhausted, text +
                                  "; a checkpoint takes two transactions a table and writer: raise "
                                  "max_running_txn_num_per_db of the front ends"};
  }
  return {Code::kExhausted, text};
}

}  // namespace sluice::starrocks
