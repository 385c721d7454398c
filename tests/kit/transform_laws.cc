// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "engine/transform_tree.h"
#include "kit/contents.h"
#include "kit/plugin_case.h"
#include "kit/sink_rows.h"
#include "kit/source_run.h"
#include "kit/transform_fixture.h"

namespace sluice::kit {
namespace {

std::vector<TransformCase>& Cases() {
  static std::vector<TransformCase> cases;
  return cases;
}

// Binds every table and applies every chunk.
Result<std::vector<Event>> Apply(Transform& transform, const std::vector<ChunkPtr>& chunks) {
  for (const ChunkPtr& chunk : chunks) {
    ASSIGN_OR_RETURN(const SchemaRef bound, transform.Bind(chunk->schema()));
  }
  Collector out;
  for (const ChunkPtr& chunk : chunks) RETURN_IF_ERROR(transform.Apply(chunk, out));
  return std::move(out.events);
}

Result<std::vector<Event>> ApplyAnew(const TransformCase& given) {
  ASSIGN_OR_RETURN(const auto transform, given.make());
  return Apply(*transform, given.in);
}

std::string FirstDifference(const std::vector<std::string>& expected,
                            const std::vector<std::string>& actual) {
  for (size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
    const std::string want = i < expected.size() ? expected[i] : "nothing";
    const std::string have = i < actual.size() ? actual[i] : "nothing";
    if (want != have) return fmt::format("row {} is [{}] and not [{}]", i, have, want);
  }
  return "";
}

Verdict GivesWhatItShould(const TransformCase& given) {
  const auto out = ApplyAnew(given);
  if (!out) return Broken(out.error().ToString());
  BROKEN_IF(FirstDifference(given.out, RowLines(*out)), given.name);
  return Holds();
}

Verdict SameInSameOut(const TransformCase& given) {
  std::vector<Event> in(given.in.begin(), given.in.end());
  const std::vector<std::string> before = RowLines(in);
  const auto transform = given.make();
  if (!transform) return Broken(transform.error().ToString());
  const auto first = Apply(**transform, given.in);
  const auto second = Apply(**transform, given.in);
  const auto other = ApplyAnew(given);
  if (!first || !second || !other) return Broken("it fails");
  BROKEN_IF(FirstDifference(RowLines(*first), RowLines(*second)), "the second time");
  BROKEN_IF(FirstDifference(RowLines(*first), RowLines(*other)), "of another object");
  BROKEN_IF(FirstDifference(before, RowLines(in)), "what was given");
  return Holds();
}

Verdict RowsHaveTheBoundSchema(const TransformCase& given) {
  const auto transform = given.make();
  if (!transform) return Broken(transform.error().ToString());
  for (const ChunkPtr& chunk : given.in) {
    const auto bound = (*transform)->Bind(chunk->schema());
    if (!bound) return Broken(bound.error().ToString());
    Collector out;
    BROKEN_IF_ERROR((*transform)->Apply(chunk, out), "applying");
    for (const Event& event : out.events) {
      const auto* made = std::get_if<ChunkPtr>(&event);
      if (made == nullptr) return Broken("it emits other things than rows");
      BROKEN_IF_ERROR((*made)->Check(), "a chunk");
      if (!*bound) return Broken("rows of a dropped table: " + chunk->schema()->path.ToString());
      if (*(*made)->schema() != **bound) {
        return Broken("rows of " + (*made)->schema()->path.ToString() +
                      " in another schema than bound");
      }
    }
  }
  return Holds();
}

Verdict UpdatesStayWhole(const TransformCase& given) {
  const auto out = ApplyAnew(given);
  if (!out) return Broken(out.error().ToString());
  size_t updates = 0;
  for (const Event& event : *out) {
    const Chunk& chunk = *std::get<ChunkPtr>(event);
    BROKEN_IF_ERROR(chunk.Check(), "a chunk");
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      if (chunk.kind(row) != RowKind::kUpdateAfter) continue;
      ++updates;
      if (row == 0 || chunk.kind(row - 1) != RowKind::kUpdateBefore) {
        return Broken("half an update: " + RowText(chunk, row));
      }
      if (KeyText(chunk, row - 1) != KeyText(chunk, row)) {
        return Broken("an update changed the key: " + RowText(chunk, row));
      }
    }
  }
  return updates > 0 ? Holds() : Broken("no update came out, so the law was not tried");
}

Verdict ControlEventsPassInOrder(const TransformCase& given) {
  Collector out;
  const TransformTree::Way way{{0}, 0, &out};
  auto made = TransformTree::Build(
      {&way, 1}, [&](size_t) { return given.make(); }, [](size_t) { return "of the law"; });
  if (!made) return Broken(made.error().ToString());
  TransformTree& tree = **made;
  size_t rows = 0;
  for (size_t i = 0; i < given.in.size(); ++i) {
    const SchemaRef& table = given.in[i]->schema();
    tree.Emit(SchemaChange{nullptr, table, "CREATE"});
    tree.Emit(given.in[i]);
    rows = CountRows(out.events);
    tree.Emit(Barrier{i + 1});
    tree.Emit(Heartbeat{static_cast<int64_t>(i)});
    tree.Emit(EndOfSplit{"split"});
    BROKEN_IF_ERROR(tree.status(), "the transforms");
    const size_t count = out.events.size();
    if (count < 3 || !std::holds_alternative<Barrier>(out.events[count - 3]) ||
        std::get<Barrier>(out.events[count - 3]).id != i + 1 ||
        !std::holds_alternative<Heartbeat>(out.events[count - 2]) ||
        !std::holds_alternative<EndOfSplit>(out.events[count - 1])) {
      return Broken("barrier, heartbeat and end of split did not pass behind their rows");
    }
  }
  if (rows != given.out.size()) return Broken("rows were held back behind a barrier");
  return Holds();
}

}  // namespace

bool Register(TransformCase transform) {
  Cases().push_back(std::move(transform));
  return true;
}

bool RegisterTransform(const std::string& name, const std::string& options, MakeTransform make,
                       std::vector<std::string> out, std::map<std::string, std::string> why_not) {
  const PluginCase plugin{name, PluginKind::kTransform, options, ""};
  const auto made = [plugin, make]() -> Result<std::unique_ptr<Transform>> {
    Diagnostics mistakes;
    auto transform = make(ConfigOf(plugin), mistakes);
    if (transform == nullptr) return Fail(mistakes.ToStatus());
    return transform;
  };
  return Register(TransformCase{name, made, TransformRows(), std::move(out), std::move(why_not)}) &&
         Register(plugin);
}

std::vector<ChunkPtr> TransformRows() {
  using enum RowKind;
  const auto& tables = SinkTables();
  return {MakeChunk(tables[0], {{kInsert, 1, "a"},
                                {kUpdateBefore, 1, "a"},
                                {kUpdateAfter, 1, std::nullopt},
                                {kDelete, 1, std::nullopt}}),
          MakeChunk(tables[1], {{kInsert, 2, "b"}}), MakeChunk(tables[0], {{kInsert, 3, "c"}})};
}

const std::vector<TransformCase>& TransformCases() {
  return Cases();
}

const std::vector<TransformLaw>& TransformLaws() {
  static const std::vector<TransformLaw> laws = {
      {"GivesWhatItShould", GivesWhatItShould},
      {"SameInSameOut", SameInSameOut},
      {"RowsHaveTheBoundSchema", RowsHaveTheBoundSchema},
      {"UpdatesStayWhole", UpdatesStayWhole},
      {"ControlEventsPassInOrder", ControlEventsPassInOrder},
  };
  return laws;
}

}  // namespace sluice::kit
