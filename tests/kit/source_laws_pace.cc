// SPDX-License-Identifier: Apache-2.0
// Laws about time and room: a source takes small steps, holds little, waits politely, ends at once.
// None of them reads a clock: what counts is what was emitted, fetched and answered.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "kit/source_laws.h"
#include "kit/source_life.h"

namespace sluice::kit {
namespace {

// Turns without a call after which a source counts as waiting.
constexpr int kQuietTurns = 50;

enum class Lack : uint8_t { kTime, kRoom };

// Reads every split, the endless one up to a mark behind all changes. Each Read that is measured
// has a deadline that has passed, or a full emitter; what it leaves is read as the engine reads.
class Steps {
 public:
  Steps(SourceFixture& fixture, Lack lack) : fixture_(fixture), lack_(lack) {}

  Status ReadAll() {
    ASSIGN_OR_RETURN(life_, SourceLife::Begin(fixture_, 1));
    RETURN_IF_ERROR(life_->run->Start(nullptr));
    SplitEnumerator& enumerator = life_->run->enumerator();
    for (int idle = 0; idle < fixture_.turns_max();) {
      ASSIGN_OR_RETURN(const auto splits, enumerator.Next(1));
      if (!splits.empty()) {
        RETURN_IF_ERROR(ReadSplit(splits.front()));
        if (fixture_.endless(splits.front())) return Measured();
        idle = 0;
        continue;
      }
      if (enumerator.done()) return Measured();
      Collector nothing;
      if (const auto saved = life_->run->Checkpoint(nothing); !saved) return saved.error();
      ++idle;
      life_->host.WaitForWake();
    }
    return {Code::kInternal, "no more splits came"};
  }
  size_t largest() const { return largest_; }  // rows of one Read

 private:
  Status Measured() const {
    if (rows_ == 0) return {Code::kInternal, "no rows came"};
    return {};
  }
  Status ReadSplit(const Split& split) {
    ASSIGN_OR_RETURN(auto reader, life_->source->Open(life_->host.ctx(), split));
    if (!fixture_.endless(split)) {
      RETURN_IF_ERROR(ReadUntil(*reader, ""));
      const Bytes report = reader->TakeReport();
      reader.reset();
      return life_->run->enumerator().OnFinished(split, report);
    }
    for (int i = 0; i < fixture_.changes(); ++i) RETURN_IF_ERROR(fixture_.Change(i));
    ASSIGN_OR_RETURN(const std::string mark, fixture_.Mark());
    return ReadUntil(*reader, mark);
  }
  // To the end, or until `mark` was emitted.
  Status ReadUntil(Reader& reader, const std::string& mark) {
    for (int idle = 0; idle < fixture_.turns_max();) {
      Collector out;
      ASSIGN_OR_RETURN(Poll poll, ReadMeasured(reader, out));
      if (poll != Poll::kDone && out.events.empty()) {
        out.room = 1;
        const Duration slice = std::chrono::milliseconds(10);
        ASSIGN_OR_RETURN(poll, reader.Read(out, life_->host.ctx().env.Now() + slice));
        if (poll == Poll::kIdle) RETURN_IF_ERROR(reader.Flush(out));
      }
      rows_ += CountRows(out.events);
      const std::vector<std::string> lines = RowLines(out.events);
      if (poll == Poll::kDone || std::ranges::find(lines, mark) != lines.end()) return {};
      idle = lines.empty() ? idle + 1 : 0;
      if (idle > 0) life_->host.WaitForWake();
    }
    return {Code::kInternal, "nothing more came of a split"};
  }
  Result<Poll> ReadMeasured(Reader& reader, Collector& out) {
    const bool late = lack_ == Lack::kTime;
    const Duration slice = late ? Duration(0) : std::chrono::seconds(1);
    out.room = late ? SIZE_MAX : 0;
    ASSIGN_OR_RETURN(const Poll poll, reader.Read(out, life_->host.ctx().env.Now() + slice));
    largest_ = std::max(largest_, CountRows(out.events));
    return poll;
  }

  SourceFixture& fixture_;
  const Lack lack_;
  std::unique_ptr<SourceLife> life_;
  size_t largest_ = 0;
  size_t rows_ = 0;
};

}  // namespace

Verdict ReadsInSmallSteps(SourceFixture& fixture) {
  for (const Lack lack : {Lack::kTime, Lack::kRoom}) {
    BROKEN_IF_ERROR(fixture.Reset(), "the fixture");
    Steps steps(fixture, lack);
    const char* what = lack == Lack::kTime ? "after its deadline" : "into a full emitter";
    BROKEN_IF_ERROR(steps.ReadAll(), what);
    if (steps.largest() <= fixture.rows_at_once()) continue;
    return Broken(fmt::format("{} rows in one Read {}", steps.largest(), what));
  }
  return Holds();
}

Verdict FetchesNoMoreThanItMayHold(SourceFixture& fixture) {
  auto begun = SourceLife::Begin(fixture, 1);
  if (!begun) return Broken(begun.error().ToString());
  SourceLife& life = **begun;
  BROKEN_IF_ERROR(life.run->Start(nullptr), "starting");
  BROKEN_IF_ERROR(ReadUntilSettled(life, Pace::kEngine), "reading");
  const auto saved = life.run->Checkpoint(life.out);
  if (!saved) return Broken(saved.error().ToString());
  life.run = std::make_unique<SourceRun>(*life.source, life.host, 1);
  const auto calls = fixture.Flood();
  if (!calls) return Broken("the fixture: " + calls.error().ToString());
  if (*calls == 0) return Skipped("the source calls nobody");
  // Nobody reads: the calls must come to an end before everything was fetched.
  life.host.faults().Arm(Fault::kNone, 0);
  BROKEN_IF_ERROR(life.run->Start(&*saved), "starting again");
  int last = -1;
  for (int quiet = 0; quiet < kQuietTurns;) {
    const int now = life.host.faults().calls();
    quiet = now == last ? quiet + 1 : 0;
    last = now;
    life.host.WaitForWake();
  }
  if (last >= *calls) return Broken(fmt::format("all {} calls were made though nobody read", last));
  // And it goes on once somebody does.
  BROKEN_IF_ERROR(ReadToEnd(life, Pace::kEngine), "reading on");
  BROKEN_IF(CheckContents(fixture, life.out.events, false), "after reading on");
  return Holds();
}

Verdict IdleCostsNothing(SourceFixture& fixture) {
  auto begun = SourceLife::Begin(fixture);
  if (!begun) return Broken(begun.error().ToString());
  SourceLife& life = **begun;
  BROKEN_IF_ERROR(life.run->Start(nullptr), "starting");
  BROKEN_IF_ERROR(ReadToEnd(life, Pace::kEngine), "reading");
  const size_t events = life.out.events.size();
  if (static_cast<size_t>(life.run->empty_reads()) > events + 20) {
    return Broken(
        fmt::format("{} of the reads asked for more and emitted nothing, beside {} events",
                    life.run->empty_reads(), events));
  }
  if (life.run->finished()) return Holds();
  const int before = life.run->idle_reads();
  constexpr int kReads = 20;
  constexpr int kIdleMin = 15;  // heartbeats are something to read
  for (int i = 0; i < kReads; ++i) {
    const auto moved = life.run->Turn(life.out, Pace::kEngine);
    if (!moved) return Broken(moved.error().ToString());
    life.host.WaitForWake();
  }
  const int idle = life.run->idle_reads() - before;
  if (idle < kIdleMin) {
    return Broken(fmt::format("only {} of {} reads without news were idle", idle, kReads));
  }
  return Holds();
}

Verdict EndsAtOnceAndSilently(SourceFixture& fixture) {
  // The end comes after 0, 1, 2 ... turns that moved; 5 is among them for every source.
  for (int moves = 0; moves < 8; ++moves) {
    auto begun = SourceLife::Begin(fixture);
    if (!begun) return Broken(begun.error().ToString());
    SourceLife& life = **begun;
    BROKEN_IF_ERROR(life.run->Start(nullptr), "starting");
    for (int turn = 0, moved = 0; turn < fixture.turns_max() && moved < moves && !Settled(life);
         ++turn) {
      const auto did = life.run->Turn(life.out, Pace::kSmallest);
      if (!did) return Broken(did.error().ToString());
      if (*did) {
        ++moved;
      } else {
        life.host.WaitForWake();
      }
    }
    life.host.ctx().cancel.Cancel();
    const auto after = life.run->Turn(life.out, Pace::kSmallest);
    if (!after && after.error().code() != Code::kCancelled) {
      return Broken("a cancelled read said: " + after.error().ToString());
    }
    life.run->End();
    const int wakes = life.host.wakes();
    life.source.reset();
    if (life.host.wakes() != wakes) return Broken("a reader that had ended called wake");
  }
  return Holds();
}

}  // namespace sluice::kit
