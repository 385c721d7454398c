// SPDX-License-Identifier: Apache-2.0
// Laws about the form of what a source hands over: chunks, schemas, states.
#include <fmt/format.h>

#include <map>

#include "kit/source_laws.h"
#include "kit/source_life.h"

namespace sluice::kit {
namespace {

Result<std::unique_ptr<SourceLife>> ReadAll(SourceFixture& fixture, const EachTurn& each) {
  ASSIGN_OR_RETURN(auto life, SourceLife::Begin(fixture));
  RETURN_IF_ERROR(life->run->Start(nullptr));
  RETURN_IF_ERROR(ReadUntilSettled(*life, Pace::kSmallest, each));
  RETURN_IF_ERROR(Changes(fixture).Rest());
  RETURN_IF_ERROR(ReadToEnd(*life, Pace::kSmallest, each));
  return life;
}

// What is wrong with the states of the open readers.
std::string CheckStates(SourceLife& life) {
  for (const OpenSplit& one : life.run->open()) {
    const size_t before = life.out.events.size();
    Status status = one.reader->Flush(life.out);
    const size_t flushed = life.out.events.size();
    const Split saved = one.reader->Save();
    if (status.ok()) status = one.reader->Flush(life.out);
    if (!status.ok()) return "Flush: " + status.ToString();
    if (life.out.events.size() != flushed) return "a second Flush emitted more";
    if (flushed != before) return "Flush after Flush emitted rows";
    if (saved != one.reader->Save()) return "two saves without a Read between them differ";
    if (saved.id != one.given.id) {
      return fmt::format("split {} was saved as {}", one.given.id, saved.id);
    }
  }
  return "";
}

Verdict RefusesDamaged(SourceLife& life, const Split& split) {
  for (const size_t length : Spread(split.position.size(), 25)) {
    const Split torn{split.id, split.position.substr(0, length)};
    const auto opened = life.source->Open(life.host.ctx(), torn);
    if (opened) {
      return Broken(fmt::format("split {} was opened from {} of {} bytes", split.id, length,
                                split.position.size()));
    }
  }
  Split foreign = split;
  if (foreign.position.empty()) return Holds();
  foreign.position.front() = static_cast<char>(foreign.position.front() ^ 0x55);
  if (life.source->Open(life.host.ctx(), foreign)) {
    return Broken("split " + split.id + " was opened in another version");
  }
  return Holds();
}

Verdict RefusesDamagedEnumerator(SourceLife& life, const Bytes& state) {
  for (const size_t length : Spread(state.size(), 10)) {
    const Bytes torn = state.substr(0, length);
    if (!life.source->Restore(life.host.ctx(), torn)) continue;
    if (life.source->Enumerate(life.host.ctx(), torn)) {
      return Broken(
          fmt::format("the enumerator was restored from {} of {} bytes", length, state.size()));
    }
  }
  return Holds();
}

}  // namespace

Verdict UpdatesKeepTheirHalvesTogether(SourceFixture& fixture) {
  const auto life = ReadAll(fixture, nullptr);
  if (!life) return Broken(life.error().ToString());
  for (const Event& event : (*life)->out.events) {
    const auto* held = std::get_if<ChunkPtr>(&event);
    if (held == nullptr) continue;
    const Chunk& chunk = **held;
    BROKEN_IF_ERROR(chunk.Check(), "a chunk");
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      if (chunk.kind(row) != RowKind::kUpdateAfter) continue;
      const std::string after = RowText(chunk, row);
      if (row == 0 || chunk.kind(row - 1) != RowKind::kUpdateBefore) {
        return Broken("half an update: " + after);
      }
      if (!chunk.schema()->primary_key.empty() && KeyText(chunk, row - 1) != KeyText(chunk, row)) {
        return Broken(
            fmt::format("an update changed the key: {} to {}", RowText(chunk, row - 1), after));
      }
    }
  }
  return Holds();
}

Verdict SchemasComeBeforeRows(SourceFixture& fixture) {
  const auto life = ReadAll(fixture, nullptr);
  if (!life) return Broken(life.error().ToString());
  std::map<TablePath, Schema> in_force;
  for (const SchemaRef& schema : (*life)->run->schemas()) {
    BROKEN_IF_ERROR(schema->Check(), "a discovered schema");
    in_force[schema->path] = *schema;
  }
  for (const Event& event : (*life)->out.events) {
    if (const auto* change = std::get_if<SchemaChange>(&event)) {
      if (change->before) in_force.erase(change->before->path);
      if (change->after) in_force[change->after->path] = *change->after;
      continue;
    }
    const auto* chunk = std::get_if<ChunkPtr>(&event);
    if (chunk == nullptr) continue;
    const Schema& schema = *(*chunk)->schema();
    const auto known = in_force.find(schema.path);
    if (known == in_force.end())
      return Broken("rows of " + schema.path.ToString() + " unannounced");
    if (known->second.columns != schema.columns ||
        known->second.primary_key != schema.primary_key) {
      return Broken("rows of " + schema.path.ToString() + " in another schema than announced");
    }
    if ((*chunk)->rows() == 0) return Broken("an empty chunk of " + schema.path.ToString());
    if ((*chunk)->rows() > kChunkRowsMax + 1) return Broken("a chunk of too many rows");
  }
  return Holds();
}

Verdict FlushThenSaveIsWellDefined(SourceFixture& fixture) {
  std::string problem;
  const auto life = ReadAll(fixture, [&](SourceLife& same) {
    if (problem.empty()) problem = CheckStates(same);
    return Status();
  });
  if (!life) return Broken(life.error().ToString());
  return problem.empty() ? Holds() : Broken(problem);
}

Verdict DamagedStateIsRefused(SourceFixture& fixture) {
  std::vector<SavedSource> states;
  const auto read = ReadAll(fixture, [&](SourceLife& same) -> Status {
    ASSIGN_OR_RETURN(SavedSource saved, same.run->Checkpoint(same.out));
    states.push_back(std::move(saved));
    return {};
  });
  if (!read) return Broken(read.error().ToString());
  (*read)->run->End();
  for (const size_t i : Spread(states.size(), 4)) {
    for (const Split& split : states[i].splits) {
      const Verdict verdict = RefusesDamaged(**read, split);
      if (!verdict.problem.empty()) return verdict;
    }
  }
  return RefusesDamagedEnumerator(**read, states.back().enumerator);
}

Verdict IdentityIsStable(SourceFixture& fixture) {
  Host host;
  const auto first = fixture.Make(host);
  const auto second = fixture.Make(host);
  if (!first || !second) return Broken("the source could not be made");
  if ((*first)->Identity().empty()) return Broken("the identity is empty");
  if ((*first)->Identity() != (*second)->Identity()) {
    return Broken((*first)->Identity() + " became " + (*second)->Identity());
  }
  return Holds();
}

}  // namespace sluice::kit
