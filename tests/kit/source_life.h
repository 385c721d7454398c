// SPDX-License-Identifier: Apache-2.0
// Lives of a source that laws are made of: one process that reads it to the end, or until it fails
// and another one goes on.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kit/source_fixture.h"
#include "kit/source_run.h"

namespace sluice::kit {

// One process with one source.
struct SourceLife {
  static Result<std::unique_ptr<SourceLife>> Begin(SourceFixture& fixture, size_t readers = 2);

  SourceFixture& fixture;
  Host host;
  std::unique_ptr<Source> source;
  std::unique_ptr<SourceRun> run;  // ends before the source
  Collector out;
};

// Called after each turn that moved; an error ends the reading.
using EachTurn = std::function<Status(SourceLife&)>;

// Nothing but endless splits is left, or nothing at all.
bool Settled(SourceLife& life);
Status ReadUntilSettled(SourceLife& life, Pace pace, const EachTurn& each = nullptr);
// Everything there is now: an endless source is read up to a mark made after it settled.
Status ReadToEnd(SourceLife& life, Pace pace, const EachTurn& each = nullptr);

// Makes the fixture's changes one by one between turns, and the rest when asked.
class Changes {
 public:
  explicit Changes(SourceFixture& fixture) : fixture_(fixture) {}
  Status Step();  // every third call makes one
  Status Rest();

 private:
  SourceFixture& fixture_;
  int calls_ = 0;
  int made_ = 0;
};

// Reads to the end over failures, while `changes` are made: after one that may pass, a new run goes
// on from the last checkpoint, as the engine does. What was emitted behind it is forgotten.
Status ReadThroughFailures(SourceLife& life, Pace pace, Changes& changes,
                           const EachTurn& each = nullptr);

// Empty when the rows are what the fixture says: exactly, and by upsert for repeated() tables.
std::string CheckContents(SourceFixture& fixture, std::span<const Event> events, bool restarted);

}  // namespace sluice::kit
