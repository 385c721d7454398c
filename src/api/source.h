// SPDX-License-Identifier: Apache-2.0
// Source: a description of what can be read; SplitEnumerator: hands out what is to be read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.h"
#include "api/reader.h"

namespace sluice {

enum class Boundedness : uint8_t { kBounded, kUnbounded };

// How well a source can repeat itself after a crash.
enum class Replay : uint8_t {
  kExact,  // the same events from a saved split, in the same order
  kNone,   // rows read since the last checkpoint may be lost or come twice
};

// A table that is captured since later than the job's beginning.
struct JoinedTable {
  TablePath path;
  bool prepared = false;  // else its target is still to be made, as at a start anew
};

// One per job, on the control thread of the engine. Never waits on a socket: planning that needs
// the server runs on an I/O thread of its own. Restarted from Save() after a crash.
class SplitEnumerator {
 public:
  virtual ~SplitEnumerator() = default;
  // At most `want` splits to read now; may be empty: ask again later. An error ends the run.
  virtual Result<std::vector<Split>> Next(size_t want) = 0;
  // A split that Next handed out is finished; `report` is what its reader had to tell.
  virtual Status OnFinished(const Split& split, const Bytes& report) = 0;
  // A reader took `change` (Reader::TakeSchemaChange), and the target has applied it: what Save
  // yields from now on holds the new schema, so that Source::Restore can return it.
  virtual Status OnSchemaChange(const SchemaChange& /*change*/) { return {}; }
  // Everything not yet handed out, and what the finished ones told. The engine freezes hand-outs
  // around it, and stores the readers' own splits beside it; both together are the state of the
  // source.
  virtual Bytes Save() = 0;
  virtual bool done() const = 0;  // bounded sources: no more splits, ever
  // All rows of the tables as they were found were read, and OnFinished was told of it: those that
  // come from now on are changes. Asked right after Save, when no split is handed out.
  virtual bool snapshot_over() const { return false; }
  // A checkpoint at whose Save snapshot_over was true is committed: no restart reads the snapshot
  // again. Changes come only now, for a sink may show them at once: a snapshot that was read again
  // behind them would not tell of a row that came and went in between. May be called again.
  virtual void OnSnapshotCommitted() {}
  // A checkpoint now rather than at the next interval would let this enumerator go on.
  virtual bool wants_checkpoint() const { return false; }
  // Tables joined the job: Source::Restore of what Save yields from now on returns them too.
  // Nothing is read until the engine has taken a checkpoint and started the run again from it, with
  // the transforms and targets of the new tables.
  virtual bool wants_reopening() const { return false; }
  // 0..1 of the bounded part, negative: unknown. With the rows expected in it, for the time left.
  virtual double progress() const { return -1; }
};

// Immutable after construction; thread-safe.
class Source {
 public:
  virtual ~Source() = default;
  virtual Boundedness boundedness() const = 0;
  virtual Replay replay() const { return Replay::kExact; }
  // Says whether rows of the source's own snapshot may come twice across a restart (then only
  // upsert sinks are exact).
  virtual std::string replay_note() const { return {}; }
  // A start anew reads every row of every table, and only then what changes. So a row that a target
  // has beyond them is one that the source no longer has.
  virtual bool begins_with_snapshot() const { return false; }
  // Readers may return Poll::kSchemaChange. A job is refused at plan time when its sink does not
  // follow.
  virtual bool passes_schema_changes() const { return false; }
  // Connects, checks that the source can be read as configured, and lists the tables with their
  // schemas. Blocks; called once before the tasks start. Errors name what is missing and the
  // statement that mends it.
  virtual Result<std::vector<SchemaRef>> Discover(Context& ctx) = 0;
  // Instead of Discover when the job resumes from `saved` (see Enumerate): the tables with the
  // schemas in force at that position: as they were when the job began, for that is what the target
  // was made for, and with every change that was passed on since.
  virtual Result<std::vector<SchemaRef>> Restore(Context& ctx, const Bytes& /*saved*/) {
    return Discover(ctx);
  }
  // Of the tables that Restore returns for `saved`, those that joined since the job began, and
  // whether their targets were prepared already: by whoever saved this. Pure.
  virtual std::vector<JoinedTable> Joined(const Bytes& /*saved*/) const { return {}; }
  // `saved`: what Save returned in the checkpoint to resume from. Called after Discover or Restore.
  virtual Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context& ctx,
                                                             std::optional<Bytes> saved) = 0;
  virtual Result<std::unique_ptr<Reader>> Open(Context& ctx, Split split) = 0;
  // What decides whether a saved position still belongs to this source: server address, tables,
  // mode. Not secrets.
  virtual std::string Identity() const = 0;
};

}  // namespace sluice
