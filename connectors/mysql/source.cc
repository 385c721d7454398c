// SPDX-License-Identifier: Apache-2.0
#include "mysql/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "base/logging.h"
#include "mysql/log_reader.h"
#include "mysql/start_place.h"
#include "mysql/thin_event.h"

namespace sluice::mysql {
namespace {

// A log reader with a lease on its server id.
class LeasedReader final : public Reader {
 public:
  LeasedReader(ServerIds::Lease lease, std::unique_ptr<Reader> reader)
      : lease_(std::move(lease)), reader_(std::move(reader)) {}

  Result<Poll> Read(Emitter& out, Deadline until) override { return reader_->Read(out, until); }
  Status Flush(Emitter& out) override { return reader_->Flush(out); }
  bool at_boundary() const override { return reader_->at_boundary(); }
  Split Save() const override { return reader_->Save(); }
  Result<SchemaChange> TakeSchemaChange() override { return reader_->TakeSchemaChange(); }
  Bytes TakeReport() override { return reader_->TakeReport(); }
  Status OnCheckpointComplete(CheckpointId id) override {
    return reader_->OnCheckpointComplete(id);
  }

 private:
  ServerIds::Lease lease_;  // first, so that it ends last
  std::unique_ptr<Reader> reader_;
};

}  // namespace

MysqlCdcSource::MysqlCdcSource(MysqlCdcOptions options)
    : options_(std::move(options)),
      server_ids_(options_.server_id_first, options_.server_id_last),
      known_(options_.ddl) {}

std::string MysqlCdcSource::Identity() const {
  const std::string tables =
      options_.table_pattern.empty() ? ShowDefault(options_.table_names) : options_.table_pattern;
  return fmt::format("MySQL {}:{} {} of {}", options_.endpoint.host, options_.endpoint.port,
                     PlacesText(options_), tables);
}

std::string MysqlCdcSource::replay_note() const {
  if (options_.rereads()) {
    return "MySQL-CDC: incomplete-rows = reread: rows that lack columns in the log are read from "
           "their table, and may be of a later moment than their place in the log; a target that "
           "upserts by key ends up right";
  }
  if (options_.start_mode != StartMode::kInitial) return "";
  if (!options_.exactly_once) {
    return "MySQL-CDC: exactly_once = false: changes made during the snapshot are read once more "
           "from the log; a target that upserts by key ends up right";
  }
  if (options_.schema_changes) {
    return "MySQL-CDC: schema-changes.enabled: changes made during the snapshot are read once more "
           "from the log behind a change of schema; a target that upserts by key ends up right";
  }
  return "MySQL-CDC: of tables whose key has other columns than integers and bytes, changes made "
         "during the snapshot are read once more from the log; a target that upserts by key ends "
         "up "
         "right";
}

Result<std::vector<SchemaRef>> MysqlCdcSource::Discover(Context& ctx) {
  ASSIGN_OR_RETURN(auto session, ctx.sql.Open(options_.endpoint));
  Discovered discovered;
  ASSIGN_OR_RETURN(discovered.server, CheckServer(*session, options_.endpoint, options_.rereads()));
  LogPosition now;
  // The definitions and the position must belong together.
  ASSIGN_OR_RETURN(auto tables, LoadTables(*session, options_));
  while (true) {
    RETURN_IF_ERROR(ctx.cancel.Check());
    discovered.tables = std::move(tables);
    ASSIGN_OR_RETURN(now, CurrentPosition(*session, discovered.server));
    ASSIGN_OR_RETURN(tables, LoadTables(*session, options_));
    if (tables == discovered.tables) break;
  }
  RETURN_IF_ERROR(CheckLogged(*session, discovered.server, discovered.tables));
  RETURN_IF_ERROR(FindPlaces(ctx, *session, now, discovered));
  return Remember(std::move(discovered));
}

Status MysqlCdcSource::FindPlaces(Context& ctx, SqlSession& session, const LogPosition& now,
                                  Discovered& discovered) {
  ASSIGN_OR_RETURN(const ServerIds::Lease id, server_ids_.Take());
  LogScan scan(ctx.sql, options_.endpoint, id.id(), ctx.cancel);
  ASSIGN_OR_RETURN(discovered.start, StartPlace(session, discovered.server, options_, now, scan));
  const LogPoint defined{now.file, now.tx_offset};
  const LogPoint begin{discovered.start.file, discovered.start.tx_offset};
  if (begin != defined) discovered.defined = defined;
  ASSIGN_OR_RETURN(discovered.end, StopPlace(options_, discovered.start, now));
  ASSIGN_OR_RETURN(discovered.server_ahead_micros, ServerMicros(session));
  discovered.server_ahead_micros -= ctx.env.WallMicros();
  return {};
}

Result<std::vector<SchemaRef>> MysqlCdcSource::Restore(Context& ctx, const Bytes& saved) {
  ASSIGN_OR_RETURN(auto session, ctx.sql.Open(options_.endpoint));
  Discovered discovered;
  ASSIGN_OR_RETURN(discovered.server, CheckServer(*session, options_.endpoint, options_.rereads()));
  ASSIGN_OR_RETURN(EnumeratorState state, StateOf(saved));
  const LogPosition& begun = state.waiting ? state.waiting->position : state.start;
  if (!state.settled && begun.server_uuid != discovered.server.uuid) {
    return Fail(
        Code::kPositionLost,
        fmt::format("the server was replaced during the snapshot: it is {}, the snapshot was "
                    "begun on {}; start again with --heal to read the tables anew and write only "
                    "what differs",
                    discovered.server.uuid, begun.server_uuid));
  }
  RETURN_IF_ERROR(CheckLogged(*session, discovered.server, state.tables));
  discovered.start = std::move(state.start);
  ASSIGN_OR_RETURN(discovered.server_ahead_micros, ServerMicros(*session));
  discovered.server_ahead_micros -= ctx.env.WallMicros();
  for (const auto& [path, joined] : state.joined) discovered.since[path] = joined.since;
  discovered.tables = std::move(state.tables);
  discovered.output = std::move(state.output);
  return Remember(std::move(discovered));
}

// A job whose file no longer lets tables join leaves out those that were about to.
Result<EnumeratorState> MysqlCdcSource::StateOf(const Bytes& saved) const {
  ASSIGN_OR_RETURN(EnumeratorState state, DecodeState(saved));
  if (!joins()) LeaveOutUnprepared(state);
  return state;
}

std::vector<JoinedTable> MysqlCdcSource::Joined(const Bytes& saved) const {
  std::vector<JoinedTable> out;
  const auto state = StateOf(saved);
  if (!state) return out;  // Restore says why
  for (const auto& [path, joined] : state->joined) out.push_back({path, joined.prepared});
  return out;
}

Result<std::vector<SchemaRef>> MysqlCdcSource::Remember(Discovered discovered) {
  std::vector<SchemaRef> schemas;
  for (const auto& [path, facts] : discovered.tables) {
    ASSIGN_OR_RETURN(const TableDefRef def, MakeTable(facts, convert()));
    TableKey key = KeyOf(facts, *def);
    if (!discovered.server.whole_rows) RETURN_IF_ERROR(CheckRereadable(*def, key));
    if (key.columns.empty() && merge()) {
      return Fail(Code::kInvalidConfig,
                  fmt::format("table {} has no key, which exactly_once = true needs: give it one, "
                              "name its key columns in table-names-config, or set exactly_once = "
                              "false",
                              path.ToString()));
    }
    const auto changed = discovered.output.emplace(path, def->schema).first;
    schemas.push_back(changed->second);
    discovered.defs[path] = {def, std::move(key)};
  }
  const std::lock_guard lock(mutex_);
  discovered_ = std::make_shared<const Discovered>(std::move(discovered));
  return schemas;
}

Result<std::unique_ptr<SplitEnumerator>> MysqlCdcSource::Enumerate(Context& ctx,
                                                                   std::optional<Bytes> saved) {
  DiscoveredRef discovered;
  {
    const std::lock_guard lock(mutex_);
    discovered = discovered_;
  }
  EnumeratorState state;
  if (saved) {
    ASSIGN_OR_RETURN(state, StateOf(*saved));
  } else {
    state.start = discovered->start;
    state.defined = discovered->defined;
    state.end = discovered->end;
    state.tables = discovered->tables;
    state.settled = options_.start_mode != StartMode::kInitial;
    for (const auto& [path, facts] : discovered->tables) {
      if (!state.settled) state.plan.tables.push_back(path);
    }
  }
  std::unique_ptr<SplitPlanner> planner;
  if (!state.settled) {
    planner =
        std::make_unique<SplitPlanner>(ctx.sql, options_, discovered->defs, state.plan, ctx.wake);
  }
  return std::make_unique<MysqlEnumerator>(std::move(state), std::move(planner), merge());
}

Result<std::unique_ptr<Reader>> MysqlCdcSource::Open(Context& ctx, Split split) {
  DiscoveredRef discovered;
  {
    const std::lock_guard lock(mutex_);
    discovered = discovered_;
  }
  ASSIGN_OR_RETURN(MysqlSplit decoded, DecodeSplit(split.position));
  if (auto* snapshot = std::get_if<SnapshotSplit>(&decoded)) {
    return OpenSnapshot(ctx, std::move(split), std::move(*snapshot), *discovered);
  }
  return OpenLog(ctx, std::get<LogSplit>(std::move(decoded)), *discovered);
}

Result<std::unique_ptr<Reader>> MysqlCdcSource::OpenSnapshot(Context& ctx, Split split,
                                                             SnapshotSplit decoded,
                                                             const Discovered& discovered) {
  const auto table = discovered.defs.find(decoded.table);
  if (table == discovered.defs.end()) {
    return Fail(Code::kInternal, "a saved split names the unknown table " + split.id);
  }
  auto worker = workers_.Acquire();
  if (!worker) {
    SnapshotWorkers::Entry made;
    ASSIGN_OR_RETURN(made.server_id, server_ids_.Take());
    made.worker = std::make_unique<SnapshotWorker>(ctx.env, ctx.sql, known_, options_.endpoint,
                                                   discovered.server, made.server_id.id(), merge());
    worker = std::move(made);
  }
  const auto since = discovered.since.find(decoded.table);
  const LogPoint from = since != discovered.since.end()
                            ? since->second
                            : LogPoint{discovered.start.file, discovered.start.tx_offset};
  SnapshotJob job{std::move(decoded),
                  {table->second.def, table->second.key},
                  {discovered.tables.at(table->first), from},
                  convert()};
  return std::make_unique<SnapshotReader>(ctx, std::move(split), std::move(job), workers_,
                                          std::move(*worker));
}

Result<std::unique_ptr<Reader>> MysqlCdcSource::OpenLog(Context& ctx, LogSplit split,
                                                        const Discovered& discovered) {
  workers_.Clear();
  ASSIGN_OR_RETURN(ServerIds::Lease lease, server_ids_.Take());
  LogReaderSetup setup{ctx,        options_,          convert(),
                       lease.id(), discovered.output, discovered.server_ahead_micros};
  if (!options_.table_pattern.empty()) {
    setup.matches = [pattern = std::regex(options_.table_pattern),
                     databases = options_.database_names](const TablePath& path) {
      const bool in =
          databases.empty() || std::ranges::find(databases, path.database) != databases.end();
      return in && std::regex_match(path.ToString(), pattern);
    };
  }
  ASSIGN_OR_RETURN(auto reader, LogReader::Open(std::move(setup), std::move(split)));
  return std::make_unique<LeasedReader>(std::move(lease), std::move(reader));
}

}  // namespace sluice::mysql
