// SPDX-License-Identifier: Apache-2.0
// Laws about what a source reads: everything, once, also over restarts.
#include <fmt/format.h>

#include <map>

#include "kit/source_laws.h"
#include "kit/source_life.h"

namespace sluice::kit {
namespace {

Status ReadWhileChanging(SourceLife& life, Pace pace, const EachTurn& each) {
  Changes changes(life.fixture);
  const auto change_too = [&](SourceLife& same) -> Status {
    RETURN_IF_ERROR(each(same));
    return changes.Step();
  };
  RETURN_IF_ERROR(ReadUntilSettled(life, pace, change_too));
  RETURN_IF_ERROR(changes.Rest());
  return ReadToEnd(life, pace, each);
}

// Another process goes on from `saved`, behind the rows that belong to it.
std::string Resumed(SourceFixture& fixture, const SavedSource& saved,
                    std::span<const Event> events) {
  auto next = SourceLife::Begin(fixture);
  if (!next) return next.error().ToString();
  SourceLife& life = **next;
  Status status = life.run->Start(&saved);
  if (status.ok()) status = ReadToEnd(life, Pace::kEngine);
  if (!status.ok()) return status.ToString();
  std::vector<Event> all(events.begin(), events.begin() + static_cast<ptrdiff_t>(saved.events));
  all.insert(all.end(), life.out.events.begin(), life.out.events.end());
  return CheckContents(fixture, all, true);
}

}  // namespace

Verdict Complete(SourceFixture& fixture) {
  for (const Pace pace : {Pace::kEngine, Pace::kSmallest}) {
    BROKEN_IF_ERROR(fixture.Reset(), "the fixture");
    auto life = SourceLife::Begin(fixture);
    if (!life) return Broken(life.error().ToString());
    BROKEN_IF_ERROR((*life)->run->Start(nullptr), "starting");
    const auto nothing = [](SourceLife&) { return Status(); };
    BROKEN_IF_ERROR(ReadWhileChanging(**life, pace, nothing), "reading");
    BROKEN_IF(CheckContents(fixture, (*life)->out.events, false), "after reading");
  }
  return Holds();
}

Verdict ResumesExactlyFromEveryBoundary(SourceFixture& fixture) {
  auto first = SourceLife::Begin(fixture);
  if (!first) return Broken(first.error().ToString());
  SourceLife& life = **first;
  BROKEN_IF_ERROR(life.run->Start(nullptr), "starting");
  std::vector<SavedSource> boundaries;
  const auto save = [&](SourceLife& same) -> Status {
    ASSIGN_OR_RETURN(SavedSource saved, same.run->Checkpoint(same.out));
    if (boundaries.empty() || !boundaries.back().SameState(saved)) {
      boundaries.push_back(std::move(saved));
    }
    return {};
  };
  BROKEN_IF_ERROR(save(life), "the first checkpoint");
  BROKEN_IF_ERROR(ReadWhileChanging(life, Pace::kSmallest, save), "reading");
  BROKEN_IF(CheckContents(fixture, life.out.events, false), "before any restart");
  const std::vector<Event> events = life.out.events;
  const std::string note = life.source->replay_note();
  if (!fixture.repeated(true).empty() && note.empty()) {
    return Broken("rows may come twice, and replay_note does not tell");
  }
  first->reset();
  for (const size_t i : Spread(boundaries.size(), fixture.boundaries_max())) {
    const SavedSource& saved = boundaries[i];
    BROKEN_IF(Resumed(fixture, saved, events),
              fmt::format("resumed from boundary {} of {}, behind {} of {} events", i,
                          boundaries.size(), saved.events, events.size()));
  }
  return Holds();
}

Verdict SplitsAreDisjointAndCovering(SourceFixture& fixture) {
  auto begun = SourceLife::Begin(fixture, 1);
  if (!begun) return Broken(begun.error().ToString());
  SourceLife& life = **begun;
  BROKEN_IF_ERROR(life.run->Start(nullptr), "starting");
  BROKEN_IF_ERROR(ReadUntilSettled(life, Pace::kSmallest), "reading");
  std::map<std::string, std::string> owner_of;
  std::vector<Event> covered;
  for (size_t i = 0; i < life.out.events.size(); ++i) {
    const auto* chunk = std::get_if<ChunkPtr>(&life.out.events[i]);
    const std::string& owner = life.out.owners[i];
    if (chunk == nullptr || life.fixture.endless({owner, {}})) continue;
    covered.push_back(life.out.events[i]);
    if ((*chunk)->schema()->primary_key.empty()) continue;  // equal rows may be
    for (uint32_t row = 0; row < (*chunk)->rows(); ++row) {
      const std::string key = (*chunk)->schema()->path.ToString() + " " + KeyText(**chunk, row);
      const auto [entry, fresh] = owner_of.emplace(key, owner);
      if (!fresh) {
        return Broken(
            fmt::format("{} comes from split {} and again from {}", key, entry->second, owner));
      }
    }
  }
  BROKEN_IF(CheckContents(fixture, covered, false), "all splits together");
  return Holds();
}

Verdict EveryTypeComesWhole(SourceFixture& fixture) {
  const std::string table = fixture.types_table();
  if (table.empty()) return Skipped("the fixture has no table of all types");
  auto begun = SourceLife::Begin(fixture);
  if (!begun) return Broken(begun.error().ToString());
  SourceLife& life = **begun;
  BROKEN_IF_ERROR(life.run->Start(nullptr), "starting");
  const auto nothing = [](SourceLife&) { return Status(); };
  BROKEN_IF_ERROR(ReadWhileChanging(life, Pace::kEngine, nothing), "reading");
  BROKEN_IF(CheckContents(fixture, life.out.events, false), "after reading");
  // The law must have had something to bite on: three values and a null in every column.
  std::map<std::string, std::set<std::string>> values;
  std::set<std::string> without_null;
  for (const Event& event : life.out.events) {
    const auto* chunk = std::get_if<ChunkPtr>(&event);
    if (chunk == nullptr || (*chunk)->schema()->path.ToString() != table) continue;
    for (size_t i = 0; i < (*chunk)->column_count(); ++i) {
      const ColumnInfo& info = (*chunk)->schema()->columns[i];
      for (uint32_t row = 0; row < (*chunk)->rows(); ++row) {
        values[info.name].insert(ValueText((*chunk)->column(i), row));
      }
      if (info.nullable) without_null.insert(info.name);
    }
  }
  if (values.empty()) return Broken("no rows of the table of all types");
  for (const auto& [column, seen] : values) {
    if (seen.size() < 3) return Broken(fmt::format("only {} values of {}", seen.size(), column));
    if (seen.contains("null")) without_null.erase(column);
  }
  if (!without_null.empty()) return Broken("no null of " + *without_null.begin());
  return Holds();
}

}  // namespace sluice::kit
