// SPDX-License-Identifier: Apache-2.0
// live_bench HOST PORT FILE LOG ROUNDS: reads the server's log file FILE through the log reader;
// receives the same stream and drops it; and decodes the same bytes, the file LOG, from memory. In
// turn, wall time.
#include <cstdlib>
#include <vector>

#include "base/env.h"
#include "bench/log_memory.h"
#include "bench/orders.h"
#include "bench/timing.h"
#include "cli/phase_hook.h"
#include "engine/wakeup.h"
#include "io/http_curl.h"
#include "io/mysql_client.h"
#include "mysql/log_reader.h"

namespace sluice::bench {
namespace {

class CountingEmitter final : public Emitter {
 public:
  void Emit(Event event) override {
    if (const auto* chunk = std::get_if<ChunkPtr>(&event)) rows += (*chunk)->rows();
  }
  bool full() const override { return false; }

  uint64_t rows = 0;
};

struct Server {
  mysql::MysqlCdcOptions options;
  std::string uuid;
};

Result<Server> Connect(SqlClient& client, const char* host, const char* port) {
  Server server;
  SqlEndpoint& endpoint = server.options.endpoint;
  endpoint.host = host;
  endpoint.port = static_cast<uint16_t>(std::atoi(port));
  endpoint.user = "root";
  endpoint.tls = TlsMode::kDisabled;
  ASSIGN_OR_RETURN(const auto session, client.Open(endpoint));
  ASSIGN_OR_RETURN(const mysql::ServerFacts facts, mysql::CheckServer(*session, endpoint, false));
  server.uuid = facts.uuid;
  return server;
}

// From the opening of the connection on, so that the rows a server sends before the first Read
// count.
Result<double> ReadLive(SqlClient& client, const Server& server, const std::string& file,
                        uint64_t rows) {
  Env& env = Env::Default();
  const auto http = MakeCurlClient(env);
  const auto phases = cli::MakePhaseHook(env, nullptr);
  Wakeup wakeup;
  Context ctx{env, *http, client, *phases, {}, "bench", "bench"};
  ctx.wake = [&wakeup] { wakeup.Notify(); };
  const mysql::TableFacts facts = OrdersFacts();
  ASSIGN_OR_RETURN(const mysql::TableDefRef def, mysql::MakeTable(facts, {}));
  mysql::LogSplit split;
  split.position.server_uuid = server.uuid;
  split.position.file = file;
  split.tables[facts.path] = facts;
  CountingEmitter out;
  const double begin = WallSeconds();
  ASSIGN_OR_RETURN(
      const auto reader,
      mysql::LogReader::Open({ctx, server.options, {}, 4711, {{facts.path, def->schema}}},
                             std::move(split)));
  while (out.rows < rows) {
    ASSIGN_OR_RETURN(const Poll poll, reader->Read(out, env.Now() + std::chrono::milliseconds(10)));
    if (poll != Poll::kIdle) continue;
    RETURN_IF_ERROR(reader->Flush(out));
    if (out.rows < rows) wakeup.Wait(std::chrono::milliseconds(500));
  }
  return WallSeconds() - begin;
}

// From the opening of the connection on, as above.
Result<double> ReceiveAndDrop(SqlClient& client, const Server& server, const std::string& file,
                              size_t bytes) {
  const double begin = WallSeconds();
  ASSIGN_OR_RETURN(const auto stream,
                   client.OpenLog(server.options.endpoint, {.server_id = 4713, .file = file}));
  for (size_t received = 4; received < bytes;) {
    ASSIGN_OR_RETURN(const std::string_view event, stream->Next());
    received += event.size();
  }
  return WallSeconds() - begin;
}

Status Measure(char** args) {
  const auto client = MakeMysqlClient();
  ASSIGN_OR_RETURN(const Server server, Connect(*client, args[0], args[1]));
  ASSIGN_OR_RETURN(const std::string log, Env::Default().ReadFile(args[3]));
  const mysql::TableFacts facts = OrdersFacts();
  const auto drop = [](const ChunkPtr&) {};
  ASSIGN_OR_RETURN(const uint64_t rows, DecodeLog(log, facts, drop));
  Print("rows", static_cast<double>(rows));
  for (int round = std::atoi(args[4]); round > 0; --round) {
    const double earlier = ProcessSeconds();
    ASSIGN_OR_RETURN(const double live, ReadLive(*client, server, args[2], rows));
    const double before = ProcessSeconds();
    Print("live", live);
    Print("live_cpu", before - earlier);
    ASSIGN_OR_RETURN(const double stream, ReceiveAndDrop(*client, server, args[2], log.size()));
    Print("stream", stream);
    Print("receiving", ProcessSeconds() - before);
    for (const char* name : {"memory", "memory_again"}) {
      const double begin = WallSeconds();
      ASSIGN_OR_RETURN(const uint64_t again, DecodeLog(log, facts, drop));
      if (again != rows) return {Code::kInternal, "the log gave another number of rows"};
      Print(name, WallSeconds() - begin);
    }
  }
  return {};
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  return sluice::bench::ExitCode(sluice::bench::Measure(argv + 1));
}
