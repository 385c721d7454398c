// SPDX-License-Identifier: Apache-2.0
#include "sim/laws.h"

#include <algorithm>
#include <charconv>

#include "base/checksum.h"
#include "engine/job_pieces.h"
#include "sim/log_source.h"
#include "starrocks/labels.h"

namespace sluice::sim {

using starrocks::TxnState;

namespace {

// The transactions in the work of a checkpoint: what a sink prepared, as the engine wraps it and
// engine/dead_letter_sink.cc does.
Result<std::vector<starrocks::PreparedTxn>> TransactionsOf(std::span<const Prepared> work) {
  ASSIGN_OR_RETURN(const auto by_sink, BySink(work, 1));
  std::vector<Prepared> own;
  for (const Prepared& piece : by_sink.front()) {
    ByteReader in(piece);
    in.U64();  // a version
    own.emplace_back(in.Str());
    in.Str();  // letters
    RETURN_IF_ERROR(in.Finish("work with letters"));
  }
  return starrocks::DecodeAll(own);
}

// "...-t<try>-<hash>", as labels are made.
uint32_t TryOf(const std::string& label) {
  uint32_t number = 0;
  const char* begin = label.data() + label.rfind("-t") + 2;
  std::from_chars(begin, label.data() + label.size(), number);
  return number;
}

}  // namespace

Laws::Laws(World& world, const Scenario& scenario, const SimSource& source, SimTarget& target,
           SimDisk& disk)
    : world_(world),
      scenario_(scenario),
      source_(source),
      target_(target),
      disk_(disk),
      highest_(source.splits(), 0) {
  disk_.on_sync = [this] { OnSync(); };
  disk_.on_remove = [this](const std::string& name) { OnRemove(name); };
  target_.on_begin = [this](const Txn& txn) { OnBegin(txn); };
  target_.on_commit = [this](const Txn& txn) { OnCommit(txn); };
  target_.on_rollback = [this](const Txn& txn) { OnRollback(txn); };
}

// ---- what becomes durable ----

void Laws::OnSync() {
  std::map<uint64_t, JobRecord> fresh;  // by version: several may become durable at once
  for (const auto& [name, bytes] : disk_.durable()) {
    if (!name.starts_with("record-") || name.ends_with(".tmp")) continue;
    const uint64_t hash = Hash64(bytes);
    uint64_t& seen = seen_[name];
    if (std::exchange(seen, hash) == hash) continue;
    if (auto record = DecodeJobRecord(bytes)) fresh[record->version] = std::move(*record);
  }
  for (const auto& [version, record] : fresh) {
    if (record_.finished && !record.finished && on_anew) return on_anew();
    OnRecord(record);
  }
}

void Laws::OnRecord(const JobRecord& record) {
  world_.Trace("durable: record {} run {} latest {} confirmed {}{}", record.version, record.run,
               record.latest.name, record.confirmed.id, record.finished ? " finished" : "");
  if (record.run < durable_run_) {
    world_.Violate(fmt::format("run {} replaced the record of run {}", record.run, durable_run_));
  }
  durable_run_ = std::max(durable_run_, record.run);
  record_ = record;
  if (!record.latest.name.empty() && !checkpoints_.contains(record.latest.name)) {
    OnPublished(record);
  }
}

void Laws::OnPublished(const JobRecord& record) {
  const auto body = disk_.durable().find(record.latest.name);
  if (body == disk_.durable().end()) {
    return world_.Violate(record.latest.name + " was published without a durable body");
  }
  const auto manifest = DecodeManifest(body->second);
  if (!manifest) {
    if (damages_ == 0) world_.Violate(record.latest.name + " was published with a torn body");
    return;
  }
  Checkpoint checkpoint{record.latest.name, manifest->run, PositionsOf(source_, *manifest), {}};
  for (const PendingCommit& pending : manifest->pending) {
    auto& labels = checkpoint.labels.emplace_back();
    const auto work = TransactionsOf(pending.work);
    if (!work) return world_.Violate("prepared work that cannot be read");
    for (const auto& txn : *work) {
      labels.push_back(txn.label);
      named_by_[txn.label].push_back(checkpoint.name);
    }
  }
  for (const Alteration& change : PassedChanges(source_, *manifest)) {
    if (target_.Version(change.table) >= change.version) continue;
    world_.Violate(checkpoint.name + " holds a change of schema that the target has not made");
  }
  Checkpoint& stored = checkpoints_[checkpoint.name] = std::move(checkpoint);
  CheckNotRolledBack(stored);
  MaybeComplete(stored);
}

void Laws::CheckNotRolledBack(const Checkpoint& checkpoint) {
  bool dropped = damages_ > 0;
  const Txn* rolled_back = nullptr;
  for (const auto& labels : checkpoint.labels) {
    for (const std::string& label : labels) {
      const Txn* txn = target_.Newest(label);
      if (txn != nullptr && txn->rolled_back) rolled_back = txn;
      dropped = dropped || (Lost(label) && (txn == nullptr || !txn->rolled_back));
    }
  }
  if (rolled_back != nullptr && !dropped) {
    world_.Violate(
        fmt::format("{} names {}, which was rolled back", checkpoint.name, rolled_back->label));
  }
}

void Laws::OnRemove(const std::string& name) {
  const auto named = [&](const BodyRef& body) { return body.name == name; };
  if (named(record_.latest) || named(record_.confirmed) || named(record_.previous)) {
    world_.Violate(fmt::format("{} was removed while the record names it", name));
  }
}

// ---- what happens in the target ----

void Laws::OnBegin(const Txn& txn) {
  if (txn.run > durable_run_) {
    world_.Violate(fmt::format("run {} began a transaction before it was durable", txn.run));
  }
  if (altering_.contains(txn.run) && !txn.late) {
    world_.Violate(fmt::format("run {} wrote while it altered the target", txn.run));
  }
}

bool Laws::Committed(const std::string& label) const {
  return committed_.contains(label);
}

bool Laws::Lost(const std::string& label) const {
  const Txn* txn = target_.Newest(label);
  // Open: a late begin found the label free again.
  return txn == nullptr || txn->forgotten || txn->state == TxnState::kAborted ||
         txn->state == TxnState::kPrepare;
}

bool Laws::HasLost(const Checkpoint& checkpoint) const {
  for (const auto& labels : checkpoint.labels) {
    if (std::ranges::any_of(labels, [&](const auto& label) { return Lost(label); })) return true;
  }
  return false;
}

void Laws::OnCommit(const Txn& txn) {
  const auto named = named_by_.find(txn.label);
  if (named == named_by_.end()) CheckFlush(txn);
  if (!committed_.insert(txn.label).second) {
    return world_.Violate(txn.label + " was committed twice");
  }
  if (named == named_by_.end()) return Apply(txn);
  for (const std::string& name : named->second) {
    for (const auto& labels : checkpoints_[name].labels) {
      if (std::ranges::find(labels, txn.label) != labels.end()) break;
      const bool done =
          std::ranges::all_of(labels, [&](const auto& one) { return Committed(one); });
      if (done) continue;
      world_.Violate(txn.label + " was committed before the checkpoint before it");
    }
  }
  Apply(txn);
  for (const std::string& name : named->second) MaybeComplete(checkpoints_[name]);
}

// What becomes visible without a checkpoint.
void Laws::CheckFlush(const Txn& txn) {
  if (scenario_.flush_interval == Duration(0) || txn.prepared) {
    return world_.Violate(txn.label + " was committed although no durable checkpoint names it");
  }
  if (opened_.upper_bound(txn.run) != opened_.end()) {
    world_.Violate(txn.label + " was flushed although another run had begun");
  }
  world_.Probe("flushed");
}

void Laws::CheckOrder(const Txn& txn) {
  std::map<RowKey, uint64_t> newest;
  for (const RowRef& row : txn.rows) newest[source_.KeyOf(row)] = row.seq;
  for (const auto& [key, seq] : newest) {
    Written& last = written_[key];
    if (txn.run < last.run || (txn.run == last.run && seq < last.seq)) {
      world_.Violate(fmt::format("row {} of split {}, of run {}, went over row {} of run {}", seq,
                                 key.split, txn.run, last.seq, last.run));
    }
    last = {txn.run, seq};
  }
}

void Laws::Apply(const Txn& txn) {
  if (scenario_.upserts) CheckOrder(txn);
  for (const RowRef& row : txn.stripped) {
    world_.Violate(fmt::format("row {} of split {} lost a column", row.seq, row.split));
  }
  for (const RowRef& row : txn.rows) {
    highest_[row.split] = std::max(highest_[row.split], row.seq + 1);
    if (scenario_.upserts) {
      source_.Apply(row, upserted_);
    } else if (!appended_.insert(row).second) {
      world_.Violate(fmt::format("row {} of split {} is in the target twice", row.seq, row.split));
    }
  }
}

void Laws::OnRollback(const Txn& txn) {
  const auto named = named_by_.find(txn.label);
  if (named == named_by_.end() && txn.run < durable_run_) {
    world_.Probe("orphan rolled back");
    if (TryOf(txn.label) >= starrocks::kTriesMax) world_.Probe("orphan of any number rolled back");
  }
  if (named == named_by_.end() || damages_ > 0) return;
  const bool reason = std::ranges::any_of(
      named->second, [&](const auto& name) { return HasLost(checkpoints_[name]); });
  if (!reason) world_.Violate(txn.label + " was rolled back although a checkpoint names it");
}

void Laws::MaybeComplete(Checkpoint& checkpoint) {
  if (checkpoint.complete) return;
  for (const auto& labels : checkpoint.labels) {
    if (!std::ranges::all_of(labels, [&](const auto& one) { return Committed(one); })) return;
  }
  checkpoint.complete = true;
  world_.Trace("committed: {}", checkpoint.name);
  CheckContents(checkpoint.positions, "with " + checkpoint.name + " committed");
}

void Laws::CheckContents(const Positions& positions, const std::string& when) {
  if (scenario_.upserts) return CheckUpserted(positions, when);
  uint64_t expected = 0;
  for (uint32_t split = 0; split < source_.splits(); ++split) {
    expected += positions[split];
    for (uint64_t seq = 0; seq < positions[split]; ++seq) {
      if (appended_.contains({split, seq})) continue;
      return world_.Violate(fmt::format("row {} of split {} is missing {}", seq, split, when));
    }
  }
  if (appended_.size() != expected) {
    world_.Violate(
        fmt::format("the target has {} rows too many {}", appended_.size() - expected, when));
  }
}

// Rows of behind the positions may be there: flushed ones, and those of checkpoints that were lost
// or damaged. When they are read again, keys pass through older states, but none of before the
// positions.
void Laws::CheckUpserted(const Positions& positions, const std::string& when) {
  const Contents expected = source_.UpsertedUpTo(positions);
  // A snapshot that is read again after the checkpoint behind it was lost does not tell of rows
  // that were removed in between.
  const bool may_stay = scenario_.snapshots && (lost_ || damages_ > 0);
  for (const auto& [key, seq] : upserted_) {
    const auto found = expected.find(key);
    const bool stays = found == expected.end() && may_stay;
    if (stays || seq >= positions[key.split]) continue;
    if (found != expected.end() && found->second == seq) continue;
    return world_.Violate(fmt::format(
        "row {} of split {} is in the target and not in the source {}", seq, key.split, when));
  }
  for (const auto& [key, seq] : expected) {
    if (upserted_.contains(key) || RemovedBehind(key, positions[key.split])) continue;
    return world_.Violate(fmt::format("row {} of split {} is missing {}", seq, key.split, when));
  }
}

bool Laws::RemovedBehind(const RowKey& key, uint64_t position) const {
  for (uint64_t seq = position; seq < highest_[key.split]; ++seq) {
    const RowRef row{key.split, seq};
    if (source_.KeyOf(row) == key && source_.change(row).removes) return true;
  }
  return false;
}

// ---- what processes say ----

void Laws::OnSweep(Run run) {
  swept_.emplace(run, world_.now);
}

void Laws::OnAlter(Run run, bool begins) {
  if (begins) {
    altering_.insert(run);
  } else {
    altering_.erase(run);
  }
}

void Laws::OnOpen(Run run) {
  swept_.emplace(run, world_.now);
  if (!opened_.insert(run).second) world_.Violate(fmt::format("run {} was started twice", run));
}

void Laws::OnCommitAnswer(CheckpointId id, std::span<const Prepared> work, const Status& status) {
  if (status.code() != Code::kCommitLost) return;
  lost_ = true;
  const auto transactions = starrocks::DecodeAll(work);
  const bool lost =
      std::ranges::any_of(*transactions, [&](const auto& txn) { return Lost(txn.label); });
  if (!lost) world_.Violate(fmt::format("checkpoint {} was called lost and is not", id));
}

void Laws::OnEnd(Run run, Outcome outcome, const Status& status) {
  if (outcome == Outcome::kFailed) {
    if (status.ok() || status.message().empty()) {
      world_.Violate("the job failed without a reason");
    }
    // A process that was overtaken may miss what its successor has pruned.
    const bool overtaken = run < durable_run_;
    if (status.code() == Code::kCorruption && damages_ == 0 && !overtaken) {
      world_.Violate("corruption without damage: " + status.ToString());
    }
    if (status.code() == Code::kInternal) {
      world_.Violate("a defect of its own: " + status.ToString());
    }
    return;
  }
  // The record says that nothing was left in the target.
  if (record_.runs.empty()) CheckNothingOpen();
}

void Laws::CheckNothingOpen() {
  for (const Txn* txn : target_.Open()) {
    // What arrives after its sender gave up, or after a sweep, is left to the target's timeout.
    const auto swept = swept_.upper_bound(txn->run);
    const bool zombie = std::ranges::any_of(
        swept, swept_.end(), [&](const auto& one) { return one.second <= txn->begun; });
    // How many writers a run had whose record was damaged, nobody knows: as many as now, it is
    // taken.
    const bool unknown = damages_ > 0 && scenario_.reshapes;
    if (!txn->late && !zombie && !unknown)
      world_.Violate(txn->label + " is left open at a clean end");
  }
}

void Laws::CheckGivenUp(const Status& why) {
  // Damages come one at a time: with a checkpoint to fall back to, a target that takes rows twice
  // gets over each.
  const bool earlier = !record_.previous.name.empty() ||
                       (!record_.confirmed.name.empty() && record_.confirmed != record_.latest);
  const bool damaged = why.code() == Code::kCorruption && (!scenario_.upserts || !earlier);
  // Of a record that was damaged nobody knows what was confirmed.
  const bool lost = why.code() == Code::kCommitLost && (!scenario_.upserts || damages_ > 0);
  if (why.code() == Code::kSchemaMismatch) return CheckRefused(why);
  if (!damaged && !lost) world_.Violate("given up without need: " + why.ToString());
}

// A change that cannot be followed: everything before it is visible.
void Laws::CheckRefused(const Status& why) {
  // After a damage, rows of before a change that the target has made are read again.
  if (damages_ > 0 && Altered()) return;
  if (source_.refusals() + target_.refusals() == 0) {
    return world_.Violate("ended by a change that nobody refused: " + why.ToString());
  }
  if (damages_ == 0 && !checkpoints_[record_.latest.name].complete) {
    world_.Violate("a change was refused before everything before it was committed");
  }
}

bool Laws::Altered() const {
  for (uint32_t table = 0; table < target_.tables(); ++table) {
    if (target_.Version(table) > 0) return true;
  }
  return false;
}

void Laws::CheckDrained() {
  CheckContents(source_.End(), "at the end");
  CheckNothingOpen();
}

}  // namespace sluice::sim
