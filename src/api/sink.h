// SPDX-License-Identifier: Apache-2.0
// Sink, Writer, Committer: a target and the two steps in which it takes a checkpoint's rows.
//
// Seal says "what was written belongs to this checkpoint"; preparing it (durable, not visible) goes
// on in the background while rows of the next checkpoint are written; Commit makes it visible once
// the manifest is durable.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/context.h"

namespace sluice {

enum class Delivery : uint8_t {
  kAtLeastOnce,  // rows may come twice after a crash
  kTwoPhase,     // rows become visible exactly with their checkpoint
};

// What a writer prepared for one checkpoint, in the sink's own encoding; stored in the manifest.
// Empty: nothing.
using Prepared = Bytes;

// A row that the target must refuse.
struct RefusedRow {
  uint32_t row = 0;
  std::string column;
  std::string reason;  // "31 bytes, where the target takes 30"
};

// One per parallel instance, on a task thread. No method waits on a socket or a disk.
class Writer {
 public:
  virtual ~Writer() = default;
  // The rows of `chunk` that the target is known to refuse, in order. The engine asks before Write,
  // names them or sets them aside, and writes the others. Pure, and cheap where all is well. A row
  // that only the server can refuse is not among them: it fails the checkpoint that it belongs to.
  virtual std::vector<RefusedRow> Refused(const Chunk& /*chunk*/) { return {}; }
  // Takes rows for the current checkpoint. May buffer; must not make rows visible if the sink is
  // kTwoPhase.
  virtual Status Write(const Chunk& chunk) = 0;
  // True: the writer has enough to do; the task stops reading until it is false again
  // (Context::wake).
  virtual bool full() const { return false; }
  // Committer::Apply has applied `change`; rows of the new schema follow. Nothing was written since
  // the last Seal.
  virtual Status Rebind(const SchemaChange& change) = 0;
  // Rows so far belong to `id`, later ones to the next checkpoint. Cheap.
  virtual Status Seal(CheckpointId id) = 0;
  // What was sealed for `id`, once it is durable; empty until then. An error means that it will
  // never be.
  virtual Result<std::optional<Prepared>> PollPrepared(CheckpointId id) = 0;
  // Does what time has made due, such as sending off rows that have waited long enough, and reports
  // what failed since. Returns when it wants to be called next, later than `now`; empty: whenever
  // the task is awake. `now` is Env::Now. Called in every round of the task, and the task sleeps no
  // longer than it says. Cheap.
  virtual Result<std::optional<TimePoint>> Tend(TimePoint /*now*/) { return std::nullopt; }
  // Rows wait here that may become visible only with a checkpoint: the engine takes one soon,
  // whatever its interval. Asked after Tend.
  virtual bool wants_checkpoint() const { return false; }
  // Counters since the writer was opened.
  virtual uint64_t bytes_written() const { return 0; }
  virtual uint64_t rows_set_aside() const { return 0; }  // of those given to Write, not written
};

// The labels that a run older than the current one may have left: every checkpoint from `first` to
// `last` of run `run` with `writers` writers.
struct OrphanRange {
  Run run = 0;
  CheckpointId first = 0;
  CheckpointId last = 0;
  uint32_t writers = 0;
};

// Lives on an I/O thread of the engine; calls block. A zombie's late Commit must be harmless, so:
class Committer {
 public:
  virtual ~Committer() = default;
  // Makes `work` visible. Doing it twice equals once. OK only when every piece is known to be
  // committed. kUnavailable, kTimeout: unknown, ask again. kCommitLost: a piece is gone and can
  // never be committed; the message names table and label.
  virtual Status Commit(CheckpointId id, std::span<const Prepared> work) = 0;
  // Makes sure that nothing the range may have left can still become visible; asked before anything
  // is written, if Sink::leaves_work. Never touches other runs. Unknown work is not an error, nor
  // is work that is visible already and cannot be undone.
  virtual Status AbortOrphans(const OrphanRange& range) = 0;
  // Alters the target once for all writers and returns when it serves the new schema. `change` has
  // `before` and `after`, as the transforms left them. Everything before it is committed, and no
  // writer has written since. Idempotent: columns already added or already gone are skipped,
  // because a restart repeats the change. kUnavailable, kTimeout: not yet or unknown, ask again;
  // the message says what is waited for. kSchemaMismatch: the target cannot do it; names table,
  // statement and remedy. REQUIRES: Sink::follows_schema_changes.
  virtual Status Apply(const SchemaChange& change) {
    return {Code::kInternal, "this sink does not follow schema changes: " + change.ddl};
  }
};

// Some rows of a target table, as Sink::Scan gives them.
struct ScannedRows {
  ChunkPtr rows;  // each an insert
  // Those that hold what is no value of their column's type; null stands in its place. Growing.
  std::vector<uint32_t> unlike;
};
using ScanFn = std::function<Status(const ScannedRows&)>;

// Immutable after construction, except by Prepare, which is never called while writers are open;
// thread-safe otherwise.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Delivery delivery() const = 0;
  // A run that died may have left work in the target that a later one must end before it writes:
  // Committer::AbortOrphans is asked at every start.
  virtual bool leaves_work() const { return delivery() == Delivery::kTwoPhase; }
  // Checks that the target can take these tables, and creates or empties them as the save modes
  // say; `fresh` is false when the job resumes, then save modes do not run. Blocks; called before
  // the tasks start, first with the tables that the job began with, then with those that joined it
  // since, which add to what was prepared. Repeated when the job goes on from a checkpoint of other
  // schemas: one that was taken since, or one before a change; what the sink knows of its targets
  // may be of another time.
  virtual Status Prepare(Context& ctx, std::span<const SchemaRef> tables, bool fresh) = 0;
  // What Prepare would complain of at a start anew, all of it, without changing anything. Blocks;
  // instead of Prepare.
  virtual std::vector<Status> Check(Context& /*ctx*/, std::span<const SchemaRef> /*tables*/) {
    return {};
  }
  // True when rows that come twice end in the same table contents (upsert by key, deletes included)
  // for every table given to Prepare. `why` says which table is not, if any.
  virtual bool replay_converges(std::string* why) const = 0;
  // Whether the rows of a table may be shared among writers by their keys, for only rows whose keys
  // have the same bytes can meet in its target. False: a table like this has one writer, for
  // between two the order would be lost of rows whose keys the target takes for one (a collation),
  // or which hand a value of another unique key to each other. REQUIRES: the table was given to
  // Prepare. Asked for every chunk, by several threads; the answer for a table may change with
  // Prepare and Committer::Apply, when no row of it is on its way.
  virtual bool shares_rows_by_key(const Schema& /*rows*/) const { return true; }
  // Committer::Apply and Writer::Rebind can follow changes of columns.
  virtual bool follows_schema_changes() const { return false; }
  // Whether the table that takes `rows` can be compared with them: Scan would give each of its rows
  // with the very key that it was written with, and the table finds rows by that key alone. Blocks;
  // changes nothing; needs no Prepare. kUnsupported, kSchemaMismatch, kNotFound: the message names
  // the table and what stands against it.
  virtual Status CheckScan(Context& /*ctx*/, const Schema& /*rows*/) {
    return {Code::kUnsupported, "this sink cannot read its tables back"};
  }
  // Gives every row of the target of `rows` to `each`, as chunks of that schema, in any order; the
  // table is not held in memory. What was committed before the call is among them; what is
  // committed meanwhile may be. A value of a key that is none of its type is an error
  // (kSchemaMismatch). Blocks, on an I/O thread, while writers may be open; ctx.cancel ends it. An
  // error of `each` ends it and is returned. REQUIRES: CheckScan said OK, or Committer::Apply made
  // the table so.
  virtual Status Scan(Context& /*ctx*/, const SchemaRef& rows, const ScanFn& /*each*/) {
    return {Code::kInternal, "this sink does not scan " + rows->path.ToString()};
  }
  // Where each table's rows go, for `explain` and for refusing two sources of one target.
  virtual Result<TablePath> Target(const Schema& table) const = 0;
  virtual Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) = 0;
  virtual Result<std::unique_ptr<Committer>> OpenCommitter(Context& ctx) = 0;
  // The job is finished: the last checkpoint of a bounded source is committed and the writers are
  // gone. An error fails the job, whose rows stay as they are. Not called for a job that was
  // stopped.
  virtual Status OnFinished() { return {}; }
  // What decides whether prepared work still belongs to this sink: cluster, database, tables. Not
  // secrets.
  virtual std::string Identity() const = 0;
};

}  // namespace sluice
