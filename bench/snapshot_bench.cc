// SPDX-License-Identifier: Apache-2.0
// snapshot_bench HOST PORT TABLE ROWS SPLIT_ROWS ROUNDS: reads bench.TABLE, keys 1 to ROWS, through
// the snapshot worker, and with the client library alone, which reads every value and drops it; the
// same queries, one connection each, in turn, wall time.
#include <mysql.h>

#include <cstdlib>
#include <vector>

#include "base/env.h"
#include "bench/timing.h"
#include "engine/wakeup.h"
#include "io/mysql_client.h"
#include "mysql/catalog.h"
#include "mysql/snapshot_worker.h"

namespace sluice::bench {
namespace {

struct Setup {
  SqlEndpoint endpoint;
  mysql::ServerFacts server;
  mysql::WindowTable table;
  std::vector<mysql::KeyRange> ranges;
};

Result<Setup> Prepare(SqlClient& client, char** args) {
  Setup setup;
  setup.endpoint.host = args[0];
  setup.endpoint.port = static_cast<uint16_t>(std::atoi(args[1]));
  setup.endpoint.user = "root";
  setup.endpoint.tls = TlsMode::kDisabled;
  ASSIGN_OR_RETURN(const auto session, client.Open(setup.endpoint));
  ASSIGN_OR_RETURN(setup.server, mysql::CheckServer(*session, setup.endpoint, false));
  ASSIGN_OR_RETURN(const mysql::TableFacts facts,
                   mysql::LoadTable(*session, {"bench", "", args[2]}));
  ASSIGN_OR_RETURN(setup.table.def, mysql::MakeTable(facts, {}));
  setup.table.key = mysql::KeyOf(facts, *setup.table.def);
  const Int128 rows = std::atoll(args[3]);
  const Int128 step = std::atoll(args[4]);
  for (Int128 lower = 1; lower <= rows; lower += step) {
    mysql::KeyRange& range = setup.ranges.emplace_back();
    mysql::AppendKey(lower, range.lower.emplace());
    mysql::AppendKey(std::min(lower + step, rows + 1), range.upper.emplace());
  }
  return setup;
}

// Reads one range and drops its chunks; the rows.
Result<uint64_t> ReadRange(mysql::SnapshotWorker& worker, Wakeup& wakeup, const Setup& setup,
                           mysql::KeyRange range) {
  uint64_t rows = 0;
  std::optional<mysql::KeyRange> rest = range;
  while (rest) {
    worker.Begin({{setup.table.def->path, *rest, false, std::nullopt}, setup.table, {}},
                 [&wakeup] { wakeup.Notify(); });
    std::optional<mysql::SnapshotReport> report;
    while (!report) {
      auto piece = worker.Poll();
      if (!piece) {
        wakeup.Wait(std::chrono::milliseconds(100));
        continue;
      }
      RETURN_IF_ERROR(piece->status);
      for (const ChunkPtr& chunk : piece->chunks) rows += chunk->rows();
      report = piece->report;
    }
    rest = report->remainder;
  }
  return rows;
}

Result<double> ReadWithWorker(SqlClient& client, const Setup& setup, uint64_t& rows) {
  Wakeup wakeup;
  mysql::KnownTables known({});
  mysql::SnapshotWorker worker(Env::Default(), client, known, setup.endpoint, setup.server, 4712,
                               true);
  rows = 0;
  const double begin = WallSeconds();
  for (const mysql::KeyRange& range : setup.ranges) {
    ASSIGN_OR_RETURN(const uint64_t read, ReadRange(worker, wakeup, setup, range));
    rows += read;
  }
  return WallSeconds() - begin;
}

using Connection = std::unique_ptr<MYSQL, decltype(&mysql_close)>;

Status Error(const Connection& connection) {
  return {Code::kUnavailable, mysql_error(connection.get())};
}

std::string Number(const mysql::KeyBound& bound) {
  return std::to_string(static_cast<int64_t>(*mysql::KeyValues(bound)->at(0).number));
}

Status DropRange(const Connection& connection, const Setup& setup, const mysql::KeyRange& range,
                 uint64_t& rows, uint64_t& sum) {
  const mysql::TableDef& def = *setup.table.def;
  const std::string sql =
      "SELECT " + mysql::SelectList(def) + " FROM " + mysql::QuoteName(def.path.database) + "." +
      mysql::QuoteName(def.path.table) + " WHERE `id` >= " + Number(*range.lower) + " AND `id` < " +
      Number(*range.upper) + " ORDER BY `id`";
  if (mysql_real_query(connection.get(), sql.data(), sql.size()) != 0) return Error(connection);
  MYSQL_RES* result = mysql_use_result(connection.get());
  if (result == nullptr) return Error(connection);
  const unsigned columns = mysql_num_fields(result);
  while (MYSQL_ROW row = mysql_fetch_row(result)) {
    const unsigned long* sizes = mysql_fetch_lengths(result);
    for (unsigned i = 0; i < columns; ++i) {
      if (row[i] == nullptr) continue;
      for (unsigned long j = 0; j < sizes[i]; ++j) sum += static_cast<unsigned char>(row[i][j]);
    }
    ++rows;
  }
  const bool failed = mysql_errno(connection.get()) != 0;
  mysql_free_result(result);
  return failed ? Error(connection) : Status();
}

Result<double> ReadAndDrop(const Setup& setup, uint64_t& rows, uint64_t& sum) {
  const Connection connection(mysql_init(nullptr), mysql_close);
  mysql_options(connection.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
  const double begin = WallSeconds();
  if (mysql_real_connect(connection.get(), setup.endpoint.host.c_str(), "root", "", "bench",
                         setup.endpoint.port, nullptr, 0) == nullptr) {
    return Fail(Error(connection));
  }
  rows = 0;
  for (const mysql::KeyRange& range : setup.ranges) {
    RETURN_IF_ERROR(DropRange(connection, setup, range, rows, sum));
  }
  return WallSeconds() - begin;
}

Status Measure(char** args) {
  const auto client = MakeMysqlClient();
  ASSIGN_OR_RETURN(const Setup setup, Prepare(*client, args));
  uint64_t sum = 0;
  for (int round = std::atoi(args[5]); round > 0; --round) {
    uint64_t rows = 0;
    uint64_t dropped = 0;
    ASSIGN_OR_RETURN(const double library, ReadAndDrop(setup, dropped, sum));
    ASSIGN_OR_RETURN(const double worker, ReadWithWorker(*client, setup, rows));
    if (rows != dropped) return {Code::kInternal, "the two ways read different numbers of rows"};
    ASSIGN_OR_RETURN(const double again, ReadAndDrop(setup, dropped, sum));
    Print("rows", static_cast<double>(rows));
    Print("library", library);
    Print("worker", worker);
    Print("library_again", again);
  }
  Print("sum", static_cast<double>(sum));  // so that no value goes unread
  return {};
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  return sluice::bench::ExitCode(sluice::bench::Measure(argv + 1));
}
