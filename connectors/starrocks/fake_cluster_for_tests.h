// SPDX-License-Identifier: Apache-2.0
// FakeCluster: the transaction interface of StarRocks in memory, behind http::Client, with faults.
// One table a transaction; states and answers as the server gives them.
#pragma once

#include <fmt/format.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "api/context.h"

namespace sluice::starrocks {

class FakeCluster final : public http::Client {
 public:
  enum class How : uint8_t {
    kRefuse,      // nothing was sent
    kDropBefore,  // sent, never acted upon, no answer
    kDropAfter,   // acted upon, no answer
    kAnswer,      // not acted upon, answered with `body` and `http_status`
    kBlock,       // waits until Release, then acts; or until the caller cancels
  };
  struct Fault {
    std::string operation;  // begin, load, prepare, commit, rollback, state, cancel; empty: any
    How how = How::kRefuse;
    int times = 1;
    std::string body;
    int http_status = 200;
    std::string host;     // "fe1:8030"; empty: any
    int skip = 0;         // calls that pass before the first fault
    bool aborts = false;  // the transaction, as a failed load or prepare does
  };
  struct Txn {
    std::string label;
    std::string table;  // database.table
    std::string state;
    std::vector<std::string> bodies;
  };
  struct Call {
    std::string operation;
    std::string host;
    std::string label;
    std::string table;
    std::string path;
    http::Request request;
  };

  Result<http::Response> Perform(const http::Request& request, const CancelToken& cancel) override {
    RETURN_IF_ERROR(cancel.Check());
    const Call call = Parse(request);
    Fault fault{.times = 0};
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(call);
      fault = TakeFault(call);
      Txn* txn = Newest(call.label);
      if (fault.times != 0 && fault.aborts && txn != nullptr) txn->state = "ABORTED";
      changed_.notify_all();
    }
    if (fault.times != 0) {
      if (fault.how == How::kRefuse) return Fail(Code::kUnavailable, "refused (nothing was sent)");
      if (fault.how == How::kDropBefore) return Fail(Code::kTimeout, "outcome unknown");
      if (fault.how == How::kAnswer) return http::Response{fault.http_status, {}, fault.body};
      if (fault.how == How::kBlock) {
        while (!released()) {
          if (cancel.WaitFor(std::chrono::milliseconds(1))) {
            return Fail(Code::kCancelled, "the job was asked to stop");
          }
        }
        fault.times = 0;
      }
    }
    const std::lock_guard lock(mutex_);
    http::Response response{200, {}, Act(call)};
    if (fault.times != 0) return Fail(Code::kTimeout, "outcome unknown");
    return response;
  }

  void Plant(Fault fault) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(fault));
  }
  void Release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
  }
  // Every transaction ever begun, oldest first.
  std::vector<Txn> transactions() const {
    const std::lock_guard lock(mutex_);
    return txns_;
  }
  void Put(Txn txn) {
    const std::lock_guard lock(mutex_);
    txns_.push_back(std::move(txn));
  }
  void SetState(const std::string& label, const std::string& state) {
    const std::lock_guard lock(mutex_);
    if (Txn* txn = Newest(label)) txn->state = state;
  }
  // What a leader change does to open transactions, and forgetting does to any.
  void Forget(const std::string& state) {
    const std::lock_guard lock(mutex_);
    std::erase_if(txns_, [&](const Txn& txn) { return txn.state == state; });
  }
  std::string StateOf(const std::string& label) const {
    const std::lock_guard lock(mutex_);
    const Txn* txn = const_cast<FakeCluster*>(this)->Newest(label);
    return txn == nullptr ? "UNKNOWN" : txn->state;
  }
  // Bodies of the transactions in `state` that wrote `table`, in order.
  std::vector<std::string> Bodies(const std::string& table, const std::string& state) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const Txn& txn : txns_) {
      if (txn.state != state || txn.table != table) continue;
      out.insert(out.end(), txn.bodies.begin(), txn.bodies.end());
    }
    return out;
  }
  std::vector<Call> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  size_t CallsOf(const std::string& operation) const {
    size_t n = 0;
    for (const Call& call : calls()) n += call.operation == operation ? 1 : 0;
    return n;
  }
  void WaitForCalls(const std::string& operation, size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      size_t n = 0;
      for (const Call& call : calls_) n += call.operation == operation ? 1 : 0;
      return n >= count;
    });
  }
  size_t running_max = 1000;  // transactions open or prepared

 private:
  bool released() const {
    const std::lock_guard lock(mutex_);
    return released_;
  }

  static std::string Header(const http::Request& request, const std::string& name) {
    for (const auto& [key, value] : request.headers) {
      if (key == name) return value;
    }
    return "";
  }

  static Call Parse(const http::Request& request) {
    Call call;
    const std::string url = request.url.substr(7);  // "http://"
    const size_t slash = url.find('/');
    call.host = url.substr(0, slash);
    call.path = url.substr(slash);
    call.request = request;
    const size_t query = call.path.find("?label=");
    if (call.path.starts_with("/api/transaction/")) {
      call.operation = call.path.substr(17);
      call.label = Header(request, "label");
      call.table = Header(request, "db") + "." + Header(request, "table");
    } else if (query != std::string::npos) {
      call.operation = call.path.find("get_load_state") != std::string::npos ? "state" : "cancel";
      call.label = call.path.substr(query + 7);
    }
    return call;
  }

  Fault TakeFault(const Call& call) {
    for (Fault& fault : faults_) {
      if (fault.times == 0 || (!fault.operation.empty() && fault.operation != call.operation) ||
          (!fault.host.empty() && fault.host != call.host)) {
        continue;
      }
      if (fault.skip > 0) {
        --fault.skip;
        continue;
      }
      Fault taken = fault;
      --fault.times;
      return taken;
    }
    return {.times = 0};
  }

  Txn* Newest(const std::string& label) {
    for (size_t i = txns_.size(); i-- > 0;) {
      if (txns_[i].label == label) return &txns_[i];
    }
    return nullptr;
  }

  static std::string Say(const std::string& status, const std::string& message = "") {
    return fmt::format(R"({{"Status": "{}", "Message": "{}"}})", status, message);
  }

  std::string Act(const Call& call) {
    Txn* txn = Newest(call.label);
    const std::string state = txn == nullptr ? "UNKNOWN" : txn->state;
    const bool open = state == "PREPARE";
    if (call.operation == "state") {
      return fmt::format(R"({{"state":"{}","status":"OK","msg":"Success"}})", state);
    }
    if (call.operation == "begin") return Begin(call, state);
    if (call.operation == "cancel") {
      if (!open) return R"({"status":"FAILED","msg":"running transaction not found"})";
      txn->state = "ABORTED";
      return R"({"status":"OK","msg":"Success"})";
    }
    if (call.operation == "rollback") {
      if (state == "ABORTED") return Say("OK", "has already aborted");
      if (!open && state != "PREPARED") return Say("FAILED", "Can not abort " + state);
      txn->state = "ABORTED";
      return Say("OK");
    }
    if (call.operation == "commit") {
      if (state == "COMMITTED" || state == "VISIBLE") return Say("OK", "has already committed");
      if (!open && state != "PREPARED") return Say("FAILED", "Can not commit " + state);
      txn->state = "VISIBLE";
      return Say("OK");
    }
    if (!open) return Say("TXN_NOT_EXISTS", "transaction with label not exists");
    if (call.operation == "load") {
      txn->bodies.push_back(*call.request.body);
      return Say("OK");
    }
    const bool empty = txn->bodies.empty();
    txn->state = empty ? "ABORTED" : "PREPARED";
    return empty ? Say("INTERNAL_ERROR", "hasn't send any data yet") : Say("OK");
  }

  std::string Begin(const Call& call, const std::string& state) {
    if (state != "UNKNOWN" && state != "ABORTED") return Say("LABEL_ALREADY_EXISTS");
    size_t running = 0;
    for (const Txn& txn : txns_) {
      running += txn.state == "PREPARE" || txn.state == "PREPARED" ? 1 : 0;
    }
    if (running >= running_max) {
      return Say("ANALYSIS_ERROR",
                 fmt::format("current running txns on db 10002 is {}, larger than limit {}",
                             running, running_max));
    }
    txns_.push_back({call.label, call.table, "PREPARE", {}});
    return Say("OK");
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ = false;
  std::vector<Fault> faults_;
  std::vector<Txn> txns_;
  std::vector<Call> calls_;
};

class NoSql final : public SqlClient {
 public:
  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint&) override {
    return Fail(Code::kInternal, "no SQL here");
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint&, const LogStart&) override {
    return Fail(Code::kInternal, "no SQL here");
  }
};

class NoPhases final : public PhaseHook {
 public:
  void Reach(const char*, CheckpointId) override {}
};

// A cluster, and a context that counts wakes so that tests can wait for them.
struct FakeWorld {
  FakeCluster cluster;
  NoSql sql;
  NoPhases phases;
  std::mutex mutex;
  std::condition_variable woken;
  uint64_t wakes = 0;
  Context ctx{.env = Env::Default(),
              .http = cluster,
              .sql = sql,
              .phases = phases,
              .job_name = "job",
              .job_id = "j1",
              .run = 3,
              .first_checkpoint = 7,
              .wake = [this] {
                const std::lock_guard lock(mutex);
                ++wakes;
                woken.notify_all();
              }};

  // Runs `done` now and after every wake until it is true.
  template <typename F>
  void Until(F done) {
    std::unique_lock lock(mutex);
    uint64_t seen = wakes;
    lock.unlock();
    while (!done()) {
      lock.lock();
      woken.wait(lock, [&] { return wakes != seen; });
      seen = wakes;
      lock.unlock();
    }
  }
};

}  // namespace sluice::starrocks
