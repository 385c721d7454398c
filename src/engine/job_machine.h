// SPDX-License-Identifier: Apache-2.0
// JobMachine: the control logic of one job: recovery, checkpoints, commits, restarts. Pure: inputs
// go in, commands come out. It owns no thread, clock, socket or file; the runtime
// (engine/job_runner.h) executes its commands and feeds back what happened.
//
// The order that everything rests on (ARCHITECTURE.md tells why):
//   recovery    load the record, raise the run, then read the manifest, commit its pending work
//               again, abort what older runs left, record that this run may leave something, open
//               the tasks
//   checkpoint  barriers, all saved and prepared, body written, record replaced, commit, confirm
// Checkpoint n+1 may be taken while n is being committed, but is never committed before n.
//
//   change of   a reader stands at it; a checkpoint behind whose barrier no source reads on; it is
//   schema      committed and confirmed; the reader takes the change; the target is altered; the
//               change goes down the stream; a second checkpoint, behind whose barrier all read on
// Until the second checkpoint is published, a restart begins at the first one, which stands right
// before the change: it meets the change again, and no row of the old schema. That is why the first
// must be confirmed in the record, and no earlier one be left to fall back to, before the target is
// altered: rows of the old schema in the altered table could not be told from rows that lost a
// column. Reading goes on behind the barrier of the second checkpoint, before it is committed: its
// rows belong to the next one, no row at all belongs to it, and their transactions begin when the
// target serves the new schema. All sources wait, not only the one at the change: what they wrote
// could not be committed before the change is over, and a target may not alter a table with open
// work.
//
//   tables      their source reads nothing more; a last checkpoint is committed and confirmed; the
//   that join   tasks are closed and the next run begins from it, with the new tables. Nothing
//               failed: it counts as no restart.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/env.h"
#include "engine/manifest.h"
#include "engine/transform_tree.h"

namespace sluice {

using TaskId = uint32_t;

struct JobMachineConfig {
  Duration checkpoint_interval = std::chrono::seconds(5);
  Duration checkpoint_timeout = std::chrono::seconds(60);
  // Of each of the two checkpoints around a change of schema. Altering itself has no limit: how
  // long a target needs for a large table is its own affair, and a restart would only wait again.
  Duration schema_change_timeout = std::chrono::seconds(30);
  Duration min_pause{0};
  int retry_times = 3;
  Duration retry_interval = std::chrono::seconds(3);
  uint32_t sources = 1;  // tasks 0 .. sources-1 hold readers
  uint32_t writers = 1;  // writers report as tasks 0 .. writers-1, apart from the readers
  // Rows that come twice end in the same table contents: lost prepared work may be read again.
  bool replay_converges = false;
};

// ---- inputs ----
struct LoadedRecord {
  JobRecord record;
  // Newer records than this one that could not be read; each may have raised the run by one.
  uint64_t torn = 0;
};
struct StartInput {};
struct RecordLoaded {
  Result<LoadedRecord> result;
};
struct RecordReplaced {
  uint64_t op = 0;
  Status status;  // kFenced: the record was not the expected one, nothing changed
};
struct ManifestLoaded {
  uint64_t op = 0;
  Result<Manifest> result;
};
struct CommitDone {
  uint64_t op = 0;
  Status status;
};
struct OrphansAborted {
  uint64_t op = 0;
  Status status;
};
struct TasksOpened {
  Run run = 0;
};
struct TaskSaved {
  Run run = 0;
  CheckpointId id = 0;
  TaskId source = 0;
  std::vector<Split> splits;
};
struct EnumeratorSaved {
  Run run = 0;
  CheckpointId id = 0;
  Bytes state;
  std::vector<uint64_t> counters;
  int64_t wall_micros = 0;
};
struct WriterPrepared {
  Run run = 0;
  CheckpointId id = 0;
  TaskId writer = 0;
  Prepared work;
};
struct TaskFailed {
  Run run = 0;
  Status status;
};
struct SourceDone {  // every split is read and the source is bounded
  Run run = 0;
};
struct TasksClosed {
  Run run = 0;
};
struct CheckpointWanted {
  Run run = 0;
};
// Tables joined a source, which reads nothing until the run is started again (SplitEnumerator::
// wants_reopening).
struct TablesJoined {
  Run run = 0;
};
// The reader of a source stands at a change of schema; it has emitted everything before it.
struct ChangeReached {
  Run run = 0;
  TaskId source = 0;
};
// The reader moved past it. `for_targets`: the change as the transforms leave it to each sink;
// nothing when they drop the table.
struct ChangeTaken {
  Run run = 0;
  TaskId source = 0;
  SchemaChange change;
  std::vector<TargetChange> for_targets;
};
struct ChangeApplied {
  uint64_t op = 0;
  Status status;
};
struct StopRequested {};
struct Tick {};
using Input = std::variant<StartInput, RecordLoaded, RecordReplaced, ManifestLoaded, CommitDone,
                           OrphansAborted, TasksOpened, TaskSaved, EnumeratorSaved, WriterPrepared,
                           TaskFailed, SourceDone, TasksClosed, CheckpointWanted, TablesJoined,
                           ChangeReached, ChangeTaken, ChangeApplied, StopRequested, Tick>;

// ---- commands ----
struct LoadRecord {};
// Writes `body` durably under next.latest.name if given, then replaces the record if and only if
// the stored one has the leader, run, previous pointer and version of `expected`.
struct ReplaceRecord {
  uint64_t op = 0;
  JobRecord expected;
  JobRecord next;
  std::optional<Bytes> body;
};
struct LoadManifest {
  uint64_t op = 0;
  BodyRef body;
};
struct CommitWork {
  uint64_t op = 0;
  PendingCommit pending;
};
struct AbortOrphans {
  uint64_t op = 0;
  std::vector<OrphanRange> ranges;
};
struct OpenTasks {
  Run run = 0;
  std::optional<Manifest> from;  // empty: a fresh start
  CheckpointId first_checkpoint = 1;
};
struct SendBarriers {
  Run run = 0;
  Barrier barrier;
  bool hold = false;  // behind it the sources read nothing until the next barrier
};
// The reader of `source` moves past the change at which it stands: answered by ChangeTaken.
struct TakeChange {
  Run run = 0;
  TaskId source = 0;
};
struct ApplyChange {  // to the targets
  uint64_t op = 0;
  std::vector<TargetChange> changes;
};
// The target has the new schema: the enumerator and all sources learn it, and `source` hands the
// change down the stream, in front of whatever barrier comes next.
struct PassChange {
  Run run = 0;
  TaskId source = 0;
  SchemaChange change;
};
struct NotifyComplete {
  Run run = 0;
  CheckpointId id = 0;
};
struct CloseTasks {
  Run run = 0;
};
// Bodies and records that nothing needs any more may be removed.
struct Prune {
  JobRecord record;
};
struct Note {  // for the log
  bool warning = false;
  std::string text;
};
enum class Outcome : uint8_t { kFinished, kStopped, kFailed };
struct Finish {
  Outcome outcome = Outcome::kFailed;
  Status status;
};
using Command = std::variant<LoadRecord, ReplaceRecord, LoadManifest, CommitWork, AbortOrphans,
                             OpenTasks, SendBarriers, TakeChange, ApplyChange, PassChange,
                             NotifyComplete, CloseTasks, Prune, Note, Finish>;

class JobMachine {
 public:
  enum class State : uint8_t {
    kIdle,
    kLoading,  // LoadRecord
    kRaising,  // ReplaceRecord with the next run
    kReading,  // LoadManifest
    kRecommitting,
    kSweeping,  // AbortOrphans
    kMarking,   // ReplaceRecord with the run among those that may leave something
    kOpening,
    kRunning,
    kClosing,
    kBackoff,  // waiting to start again
    kEnded,
  };

  explicit JobMachine(JobMachineConfig config) : config_(config) {}

  // One step. `now` never goes back.
  std::vector<Command> On(const Input& input, TimePoint now);

  State state() const { return state_; }
  const JobRecord& record() const { return record_; }
  Run run() const { return record_.run; }
  CheckpointId last_committed() const { return committed_id_; }
  int restarts() const { return restarts_; }
  bool changing() const { return change_phase_ != ChangePhase::kNone; }  // the schema of a table

 private:
  enum class ChangePhase : uint8_t {
    kNone,
    kFencing,   // from the barrier of the first checkpoint until that is confirmed
    kTaking,    // TakeChange
    kApplying,  // ApplyChange
  };
  struct InFlight {  // from barrier to publication
    Barrier barrier;
    TimePoint started;
    Duration timeout{0};
    std::map<TaskId, std::vector<Split>> saved;
    std::optional<Bytes> enumerator;
    std::vector<uint64_t> counters;
    int64_t wall_micros = 0;  // when the enumerator was saved
    std::map<TaskId, Prepared> prepared;
    bool publishing = false;
    PendingCommit own;  // set when publishing begins
  };
  struct Published {
    PendingCommit pending;
    BodyRef body;
    bool last = false;
  };

  // job_machine.cc: lifecycle
  void Handle(const StartInput& input);
  void Handle(const RecordLoaded& input);
  void Handle(const ManifestLoaded& input);
  void Handle(const OrphansAborted& input);
  void Handle(const TasksOpened& input);
  void Handle(const TaskFailed& input);
  void Handle(const SourceDone& input);
  void Handle(const TasksClosed& input);
  void Handle(const StopRequested& input);
  void Handle(const Tick& input);
  void RaiseRun();
  void Raised(const Status& status);
  void ReadLatest();
  void Read(const BodyRef& body);
  BodyRef Before(const BodyRef& body) const;
  void Recommit();
  void RecommitDone(const Status& status);
  void Sweep();
  void Mark();
  void Marked(const Status& status);
  void Open();
  void FailRun(const Status& status);
  void RestartOrFinish();
  void LoadAgain();
  bool MayRestart(const Status& status) const;
  void End(Outcome outcome, const Status& status);

  // job_machine_checkpoints.cc: the flow of checkpoints while running
  void Handle(const TaskSaved& input);
  void Handle(const EnumeratorSaved& input);
  void Handle(const WriterPrepared& input);
  void Handle(const CheckpointWanted& input);
  void Handle(const TablesJoined& input);
  void Handle(const RecordReplaced& input);
  void Handle(const CommitDone& input);
  void CommitAgain(const Status& status);
  void MaybeBegin();
  bool Complete(const InFlight& flight) const;
  void MaybePublish();
  Manifest MakeManifest();
  void MaybeCommit();
  void MaybeConfirm();
  void Confirm(JobRecord& next) const;
  void CommittedInRun();
  void OnPublished();

  // job_machine_changes.cc: changes of schema
  void Handle(const ChangeReached& input);
  void Handle(const ChangeTaken& input);
  void Handle(const ChangeApplied& input);
  void Fence(CheckpointId id);
  bool FenceStands() const;
  void MaybeTake();
  void SendApply();
  void Pass();
  void TickChange();
  bool StopsInChange();
  bool StaleRun(Run run) const { return state_ != State::kRunning || run != record_.run; }

  template <typename T>
  void Send(T command) {
    out_.emplace_back(std::move(command));
  }
  uint64_t NewOp() {
    op_started_ = now_;
    return ++op_;
  }

  const JobMachineConfig config_;
  State state_ = State::kIdle;
  TimePoint now_;
  std::vector<Command> out_;

  JobRecord record_;                      // as last known to be stored
  std::optional<JobRecord> next_record_;  // being stored
  uint64_t op_ = 0;
  TimePoint op_started_;
  uint64_t record_op_ = 0;  // the outstanding replacement while running; 0: none
  uint64_t commit_op_ = 0;  // the outstanding commit while running; 0: none
  TimePoint commit_retry_at_;
  std::optional<TimePoint> commit_failing_since_;
  std::optional<TimePoint> commit_told_at_;

  std::optional<Manifest> base_;        // what the tasks start from
  BodyRef base_body_;                   // where it was read
  std::deque<PendingCommit> recommit_;  // of base_, not yet known to be done
  bool rolled_back_ = false;  // base_ is an earlier checkpoint: later work or its body is lost
  uint64_t torn_ = 0;         // LoadedRecord::torn
  CheckpointId next_id_ = 1;
  CheckpointId committed_id_ = 0;

  std::optional<InFlight> flight_;
  std::deque<Published> published_;  // not yet committed, in order
  BodyRef confirmed_;                // committed; the record may not say so yet
  TimePoint next_checkpoint_at_;
  bool source_done_ = false;
  bool stop_requested_ = false;
  bool last_committed_ = false;  // the checkpoint after which nothing follows is committed
  bool checkpoint_wanted_ = false;
  bool reopening_ = false;  // tables joined: after the last checkpoint of this run comes another

  std::set<TaskId> at_change_;  // sources whose readers stand at a change
  ChangePhase change_phase_ = ChangePhase::kNone;
  CheckpointId fence_ = 0;  // the checkpoint before the change
  TaskId changing_source_ = 0;
  SchemaChange change_;  // as taken
  std::vector<TargetChange> for_targets_;
  TimePoint taking_since_;
  uint64_t change_op_ = 0;  // the outstanding ApplyChange; 0: none
  TimePoint change_retry_at_;
  bool second_due_ = false;  // the checkpoint behind the change

  Status failure_;  // why the run before ended; until the next one is open
  TimePoint restart_at_;
  int restarts_ = 0;
  int attempts_ = 0;  // restarts without enough progress between them
  int commits_since_start_ = 0;
};

}  // namespace sluice
