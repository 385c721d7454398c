// SPDX-License-Identifier: Apache-2.0
#include "kit/source_life.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::kit {
namespace {

constexpr int kFailuresMax = 20;

bool Tells(std::span<const Event> events, const std::string& line) {
  const std::vector<std::string> lines = RowLines(events);
  return std::ranges::find(lines, line) != lines.end();
}

// Turns until `until` says so.
Status ReadUntil(SourceLife& life, Pace pace, const EachTurn& each,
                 const std::function<bool(size_t seen)>& until) {
  size_t seen = life.out.events.size();
  for (int idle = 0; !until(seen);) {
    seen = life.out.events.size();
    ASSIGN_OR_RETURN(const bool moved, life.run->Turn(life.out, pace));
    if (moved) {
      idle = 0;
      if (each) RETURN_IF_ERROR(each(life));
      continue;
    }
    if (++idle > life.fixture.turns_max()) {
      return {Code::kInternal, fmt::format("nothing more came; {} events, {} open splits",
                                           life.out.events.size(), life.run->open().size())};
    }
    life.host.WaitForWake();
  }
  return {};
}

std::vector<Event> OnlyTables(std::span<const Event> events, const std::set<std::string>& tables,
                              bool in) {
  std::vector<Event> out;
  for (const Event& event : events) {
    const auto* chunk = std::get_if<ChunkPtr>(&event);
    if (chunk != nullptr && tables.contains((*chunk)->schema()->path.ToString()) == in) {
      out.push_back(event);
    }
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<SourceLife>> SourceLife::Begin(SourceFixture& fixture, size_t readers) {
  std::unique_ptr<SourceLife> life(new SourceLife{fixture, {}, nullptr, nullptr, {}});
  ASSIGN_OR_RETURN(life->source, fixture.Make(life->host));
  life->run = std::make_unique<SourceRun>(*life->source, life->host, readers);
  return life;
}

bool Settled(SourceLife& life) {
  if (life.run->finished()) return true;
  const auto& open = life.run->open();
  return !open.empty() && std::ranges::all_of(open, [&](const OpenSplit& one) {
    return life.fixture.endless(one.given);
  });
}

Status ReadUntilSettled(SourceLife& life, Pace pace, const EachTurn& each) {
  return ReadUntil(life, pace, each, [&](size_t) { return Settled(life); });
}

Status ReadToEnd(SourceLife& life, Pace pace, const EachTurn& each) {
  RETURN_IF_ERROR(ReadUntilSettled(life, pace, each));
  if (life.run->finished()) return {};
  ASSIGN_OR_RETURN(const std::string mark, life.fixture.Mark());
  return ReadUntil(life, pace, each, [&](size_t seen) {
    return Tells(std::span(life.out.events).subspan(seen), mark);
  });
}

Status Changes::Step() {
  if (calls_++ % 3 != 0 || made_ >= fixture_.changes()) return {};
  return fixture_.Change(made_++);
}

Status Changes::Rest() {
  while (made_ < fixture_.changes()) RETURN_IF_ERROR(fixture_.Change(made_++));
  return {};
}

Status ReadThroughFailures(SourceLife& life, Pace pace, Changes& changes, const EachTurn& each) {
  std::optional<SavedSource> saved;
  const EachTurn save = [&](SourceLife& same) -> Status {
    ASSIGN_OR_RETURN(saved, same.run->Checkpoint(same.out));
    RETURN_IF_ERROR(changes.Step());
    return each ? each(same) : Status();
  };
  Status status;
  for (int failures = 0; failures < kFailuresMax; ++failures) {
    status = life.run->Start(saved ? &*saved : nullptr);
    if (status.ok()) status = ReadUntilSettled(life, pace, save);
    if (status.ok()) status = changes.Rest();
    if (status.ok()) status = ReadToEnd(life, pace, save);
    if (status.ok()) return {};
    if (status.retry() != Retry::kInPlace) return status.In("a failure that passes");
    life.run = std::make_unique<SourceRun>(*life.source, life.host, 2);
    life.out.events.resize(saved ? saved->events : 0);
    life.out.owners.resize(life.out.events.size());
  }
  return status.In("failing again and again");
}

std::string CheckContents(SourceFixture& fixture, std::span<const Event> events, bool restarted) {
  auto expected = fixture.Expected();
  if (!expected) return "the fixture: " + expected.error().ToString();
  const std::set<std::string> repeated = fixture.repeated(restarted);
  Folded exact = FoldRows(OnlyTables(events, repeated, false), Fold::kExact);
  if (!exact.problem.empty()) return exact.problem;
  Folded upsert = FoldRows(OnlyTables(events, repeated, true), Fold::kUpsert);
  exact.contents.merge(upsert.contents);
  return Difference(*expected, exact.contents);
}

}  // namespace sluice::kit
