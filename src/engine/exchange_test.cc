// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Duration kNow{0};
constexpr auto kShared = [](const Schema&) { return true; };

SchemaRef Table(const std::string& name, bool key) {
  auto schema = std::make_shared<Schema>();
  schema->path = {"db", "", name};
  schema->columns = {{"id", Of(TypeKind::kBigInt)}, {"v", Of(TypeKind::kBigInt)}};
  if (key) schema->primary_key = {0};
  return schema;
}

ChunkPtr Rows(const SchemaRef& schema, const std::vector<std::pair<int64_t, RowKind>>& rows,
              int64_t v = 0) {
  ChunkBuilder builder(schema);
  for (const auto& [id, kind] : rows) {
    builder.column(0).Append<int64_t>(id);
    builder.column(1).Append<int64_t>(v);
    builder.EndRow(kind);
  }
  return builder.Finish(0);
}

// Everything that waits for `writer`: ids of rows, and barriers as negative numbers.
std::vector<int64_t> Drain(Exchange& exchange, uint32_t writer) {
  std::vector<int64_t> out;
  while (auto event = exchange.Next(writer, kNow)) {
    if (const auto* chunk = std::get_if<ChunkPtr>(&*event)) {
      for (uint32_t row = 0; row < (*chunk)->rows(); ++row) {
        out.push_back((*chunk)->column(0).value<int64_t>(row));
      }
    } else if (const auto* barrier = std::get_if<Barrier>(&*event)) {
      out.push_back(-static_cast<int64_t>(barrier->id));
    }
  }
  return out;
}

TEST(ExchangeTest, RowsOfAKeyGoToOneWriterInOrder) {
  Exchange exchange(2, 3, 1 << 20, kShared);
  const SchemaRef schema = Table("t", true);
  const auto first = exchange.Sender(0);
  const auto second = exchange.Sender(1);
  for (int64_t round = 0; round < 5; ++round) {
    for (int64_t id = 0; id < 50; ++id) {
      (id % 2 == 0 ? first : second)->Emit(Rows(schema, {{id, RowKind::kInsert}}, round));
    }
  }
  std::map<int64_t, uint32_t> writer_of;
  std::map<int64_t, std::vector<int64_t>> rounds;
  std::set<uint32_t> used;
  for (uint32_t writer = 0; writer < 3; ++writer) {
    while (auto event = exchange.Next(writer, kNow)) {
      const ChunkPtr& chunk = std::get<ChunkPtr>(*event);
      const auto id = chunk->column(0).value<int64_t>(0);
      EXPECT_EQ(writer_of.emplace(id, writer).first->second, writer);
      rounds[id].push_back(chunk->column(1).value<int64_t>(0));
      used.insert(writer);
    }
  }
  EXPECT_EQ(rounds.size(), 50U);
  for (const auto& [id, seen] : rounds) EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4)) << id;
  EXPECT_EQ(used.size(), 3U);
}

TEST(ExchangeTest, TheHalvesOfAnUpdateStayTogether) {
  Exchange exchange(1, 3, 1 << 20, kShared);
  const auto sender = exchange.Sender(0);
  std::vector<std::pair<int64_t, RowKind>> rows;
  for (int64_t id = 0; id < 30; ++id) {
    rows.emplace_back(id, RowKind::kUpdateBefore);
    rows.emplace_back(id, RowKind::kUpdateAfter);
  }
  sender->Emit(Rows(Table("t", true), rows));
  size_t updates = 0;
  for (uint32_t writer = 0; writer < 3; ++writer) {
    while (auto event = exchange.Next(writer, kNow)) {
      const ChunkPtr& chunk = std::get<ChunkPtr>(*event);
      EXPECT_TRUE(chunk->Check().ok());
      for (uint32_t row = 0; row < chunk->rows(); row += 2, ++updates) {
        EXPECT_EQ(chunk->kind(row), RowKind::kUpdateBefore);
        EXPECT_EQ(chunk->kind(row + 1), RowKind::kUpdateAfter);
        EXPECT_EQ(chunk->column(0).value<int64_t>(row), chunk->column(0).value<int64_t>(row + 1));
      }
    }
  }
  EXPECT_EQ(updates, 30U);
}

TEST(ExchangeTest, ATableWithoutKeyHasOneWriter) {
  Exchange exchange(3, 3, 1 << 20, kShared);
  const SchemaRef schema = Table("t", false);
  for (uint32_t source = 0; source < 3; ++source) {
    for (int64_t id = 0; id < 20; ++id) {
      exchange.Sender(source)->Emit(Rows(schema, {{id, RowKind::kInsert}}, id));
    }
  }
  std::vector<size_t> rows;
  for (uint32_t writer = 0; writer < 3; ++writer) rows.push_back(Drain(exchange, writer).size());
  EXPECT_THAT(rows, testing::UnorderedElementsAre(0U, 0U, 60U));
}

TEST(ExchangeTest, ABarrierWaitsForEverySourceAndHoldsBackWhatFollows) {
  Exchange exchange(2, 1, 1 << 20, kShared);
  const SchemaRef schema = Table("t", true);
  const auto first = exchange.Sender(0);
  const auto second = exchange.Sender(1);
  first->Emit(Rows(schema, {{1, RowKind::kInsert}}));
  first->Emit(Barrier{7});
  first->Emit(Rows(schema, {{2, RowKind::kInsert}}));
  second->Emit(Rows(schema, {{3, RowKind::kInsert}}));
  EXPECT_THAT(Drain(exchange, 0), ElementsAre(1, 3));
  second->Emit(Rows(schema, {{4, RowKind::kInsert}}));
  EXPECT_THAT(Drain(exchange, 0), ElementsAre(4));
  second->Emit(Barrier{7});
  second->Emit(Rows(schema, {{5, RowKind::kInsert}}));
  EXPECT_THAT(Drain(exchange, 0), testing::AnyOf(ElementsAre(-7, 2, 5), ElementsAre(-7, 5, 2)));
}

TEST(ExchangeTest, EveryWriterGetsTheBarrierOnce) {
  Exchange exchange(2, 3, 1 << 20, kShared);
  exchange.Sender(0)->Emit(Barrier{1});
  for (uint32_t writer = 0; writer < 3; ++writer) EXPECT_THAT(Drain(exchange, writer), IsEmpty());
  exchange.Sender(1)->Emit(Barrier{1});
  for (uint32_t writer = 0; writer < 3; ++writer) {
    EXPECT_THAT(Drain(exchange, writer), ElementsAre(-1));
  }
}

TEST(ExchangeTest, AFullChannelStopsItsSourceAndRoomWakesIt) {
  Exchange exchange(2, 1, 1000, kShared);
  Wakeup wakeup;
  exchange.OnRoom(0, &wakeup);
  const auto first = exchange.Sender(0);
  const auto second = exchange.Sender(1);
  const SchemaRef schema = Table("t", true);
  while (!first->full()) first->Emit(Rows(schema, {{1, RowKind::kInsert}}));
  EXPECT_FALSE(second->full());
  EXPECT_FALSE(Drain(exchange, 0).empty());
  EXPECT_FALSE(first->full());
  wakeup.Wait(std::chrono::hours(1));  // returns at once
}

TEST(ExchangeTest, ATableWhoseKeysAreMoreThanBytesHasOneWriter) {
  Exchange exchange(1, 3, 1 << 20, [](const Schema& table) { return table.path.table != "words"; });
  const auto sender = exchange.Sender(0);
  for (int64_t id = 0; id < 50; ++id)
    sender->Emit(Rows(Table("words", true), {{id, RowKind::kInsert}}));
  std::vector<size_t> counts;
  for (uint32_t writer = 0; writer < 3; ++writer) counts.push_back(Drain(exchange, writer).size());
  std::ranges::sort(counts);
  EXPECT_THAT(counts, ElementsAre(0U, 0U, 50U));
}

}  // namespace
}  // namespace sluice
