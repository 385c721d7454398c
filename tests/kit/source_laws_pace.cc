// SPDX-License-Identifier: Apache-2.0
// Laws about time and room: a source takes small steps, holds little, waits politely, ends at once.
// None of them reads a clock: what counts is what was emitted, fetched and answered.
#include <fmt/format.h>

#include "kit/source_laws.h"
#include "kit/source_life.h"

namespace sluice::kit {
namespace {

// Turns without a call after which a source counts as waiting.
constexpr int kQuietTurns = 50;

// The most rows of one Read.
Result<size_t> LargestStep(SourceFixture& fixture, Duration slice, size_t room) {
  ASSIGN_OR_RETURN(auto life, SourceLife::Begin(fixture, 1));
  RETURN_IF_ERROR(life->run->Start(nullptr));
  Host& host = life->host;
  size_t largest = 0;
  for (int idle = 0; idle < fixture.turns_max();) {
    ASSIGN_OR_RETURN(const auto splits, life->run->enumerator().Next(1));
    if (splits.empty()) {
      if (life->run->enumerator().done() || largest > 0) return largest;
      ++idle;
      host.WaitForWake();
      continue;
    }
    if (fixture.endless(splits.front())) return largest;
    ASSIGN_OR_RETURN(auto reader, life->source->Open(host.ctx(), splits.front()));
    for (idle = 0; idle < fixture.turns_max();) {
      Collector out;
      out.room = room;
      ASSIGN_OR_RETURN(const Poll poll, reader->Read(out, host.ctx().env.Now() + slice));
      largest = std::max(largest, CountRows(out.events));
      if (poll == Poll::kDone) break;
      if (room == 0 && poll == Poll::kMore) return largest;
      if (poll == Poll::kMore) continue;
      ++idle;
      host.WaitForWake();
    }
    const Bytes report = reader->TakeReport();
    reader.reset();
    RETURN_IF_ERROR(life->run->enumerator().OnFinished(splits.front(), report));
  }
  return Fail(Code::kInternal, "no rows came");
}

}  // namespace

Verdict ReadsInSmallSteps(SourceFixture& fixture) {
  const auto late = LargestStep(fixture, Duration(0), SIZE_MAX);
  if (!late) return Broken(late.error().ToString());
  if (*late > fixture.rows_at_once()) {
    return Broken(fmt::format("{} rows in one Read after its deadline", *late));
  }
  BROKEN_IF_ERROR(fixture.Reset(), "the fixture");
  const auto full = LargestStep(fixture, std::chrono::seconds(1), 0);
  if (!full) return Broken(full.error().ToString());
  if (*full > fixture.rows_at_once()) {
    return Broken(fmt::format("{} rows in one Read into a full emitter", *full));
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
