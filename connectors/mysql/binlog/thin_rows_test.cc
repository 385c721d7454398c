// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/thin_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/log_writer_for_tests.h"

namespace sluice::mysql {
namespace {

using testing::ElementsAre;

constexpr int kColumns = 12;  // so many that a bit for each makes two bytes

TableDefRef Table() {
  TableFacts facts;
  facts.path = {"shop", "", "goods"};
  facts.columns = {{.name = "id", .data_type = "int", .column_type = "int", .nullable = false}};
  for (int i = 1; i < kColumns; ++i) {
    facts.columns.push_back({.name = "c" + std::to_string(i),
                             .data_type = "varchar",
                             .column_type = "varchar(20)",
                             .charset = "utf8mb4",
                             .octet_length = 80,
                             .nullable = i != 2});
  }
  facts.primary_key = {"id"};
  return *MakeTable(facts, {});
}

// What is given first, and "-" up to the last column.
ThinImage Image(ThinImage first, const std::string& last = "-") {
  first.resize(kColumns - 1, "-");
  first.push_back(last);
  return first;
}

struct Decoded {
  std::vector<std::string> rows;  // the first three columns and the last one
  std::vector<bool> whole;
  Status status;
  uint64_t skipped = 0;
};

class ThinRowsTest : public testing::Test {
 protected:
  Decoded Decode(EventType type, const std::vector<ThinImage>& images, uint64_t skip = 0) {
    LogWriter log;
    log.Map(7, "goods", kColumns);
    log.Thin(type, 7, images);
    EventParser parser;
    Decoded decoded;
    std::optional<RowPlan> plan;
    for (const std::string& raw : log.events()) {
      const LogEvent event = *parser.Parse(raw);
      if (const auto* map = std::get_if<TableMapView>(&event.body)) {
        plan = std::move(*RowPlan::Make(*map, def_));
      }
      const auto* rows = std::get_if<RowsEvent>(&event.body);
      if (rows != nullptr) Read(*rows, *plan, skip, decoded);
    }
    return decoded;
  }

 private:
  void Read(const RowsEvent& event, const RowPlan& plan, uint64_t skip, Decoded& decoded) {
    lacks_ = LacksColumns(event);
    ThinRowsReader reader(event, plan);
    while (decoded.status.ok() && reader.row() < skip) decoded.status = reader.Skip();
    const std::vector<uint32_t> key = {0};
    has_key_ = reader.Has(key);
    ChunkBuilder builder(def_->schema);
    while (decoded.status.ok() && !reader.done()) {
      const auto whole = reader.Append(builder);
      if (whole) decoded.whole.push_back(*whole);
      if (!whole) decoded.status = whole.error();
    }
    if (!decoded.status.ok() || builder.empty()) return;
    const ChunkPtr chunk = builder.Finish(0);
    EXPECT_TRUE(chunk->Check().ok()) << chunk->Check().ToString();
    for (uint32_t row = 0; row < chunk->rows(); ++row) {
      std::string text(RowKindSign(chunk->kind(row)));
      for (const size_t i : {0, 1, 2, kColumns - 1}) text += " " + ValueText(chunk->column(i), row);
      decoded.rows.push_back(text);
    }
  }

 protected:
  const TableDefRef def_ = Table();
  bool lacks_ = false;
  bool has_key_ = false;
};

TEST_F(ThinRowsTest, NullBitsAreThoseOfColumnsThatAreThere) {
  const Decoded decoded =
      Decode(EventType::kWriteRows, {Image({"1", "-", "~"}, "last"), Image({"2", "-", "b"}, "~")});
  ASSERT_TRUE(decoded.status.ok()) << decoded.status.ToString();
  EXPECT_THAT(decoded.rows, ElementsAre("+I 1 null null last", "+I 2 null b null"));
  EXPECT_THAT(decoded.whole, ElementsAre(false, false));
  EXPECT_TRUE(lacks_ && has_key_);
}

TEST_F(ThinRowsTest, WhatMayNotBeNullIsTheLeastValueWhereItLacks) {
  const Decoded decoded = Decode(EventType::kDeleteRows, {Image({"5"})});
  EXPECT_THAT(decoded.rows, ElementsAre("-D 5 null  null"));
}

TEST_F(ThinRowsTest, AnUpdateTakesFromTheOtherImageWhatOneLacks) {
  const Decoded decoded = Decode(EventType::kUpdateRows, {Image({"1"}), Image({"-", "x"}, "y"),
                                                          Image({"2"}), Image({"-", "~"}, "z")});
  EXPECT_THAT(decoded.rows, ElementsAre("-U 1 x  y", "+U 1 x  y", "-U 2 null  z", "+U 2 null  z"));
  EXPECT_THAT(decoded.whole, ElementsAre(false, false));
}

TEST_F(ThinRowsTest, AnUpdateIsWholeWhenEachColumnIsInOneImage) {
  ThinImage before = Image({"1", "a", "b"}, "c");
  for (std::string& value : before) value = value == "-" ? "v" : value;
  const Decoded decoded = Decode(EventType::kUpdateRows, {before, Image({"9"}, "d")});
  EXPECT_THAT(decoded.rows, ElementsAre("-U 1 a b c", "+U 9 a b d"));
  EXPECT_THAT(decoded.whole, ElementsAre(true));
  EXPECT_TRUE(lacks_);
}

TEST_F(ThinRowsTest, RowsAreSteppedOver) {
  const std::vector<ThinImage> images = {Image({"1"}),      Image({"-", "x"}), Image({"2"}),
                                         Image({"-", "~"}), Image({"3"}),      Image({"-", "z"})};
  EXPECT_THAT(Decode(EventType::kUpdateRows, images, 2).rows,
              ElementsAre("-U 3 z  null", "+U 3 z  null"));
  EXPECT_THAT(Decode(EventType::kUpdateRows, images, 3).rows, ElementsAre());
}

TEST_F(ThinRowsTest, AnInsertMayLackItsKey) {
  EXPECT_THAT(Decode(EventType::kWriteRows, {Image({"-", "x"})}).rows, ElementsAre("+I 0 x  null"));
  EXPECT_FALSE(has_key_);
}

TEST_F(ThinRowsTest, WholeImagesAreReadToo) {
  const ThinImage all(kColumns, "4");
  const Decoded decoded = Decode(EventType::kWriteRows, {all});
  EXPECT_THAT(decoded.rows, ElementsAre("+I 4 4 4 4"));
  EXPECT_THAT(decoded.whole, ElementsAre(true));
  EXPECT_FALSE(lacks_);
}

TEST_F(ThinRowsTest, RowsThatAreCutShortAreNoRows) {
  LogWriter log;
  log.Map(7, "goods", kColumns);
  log.Thin(EventType::kWriteRows, 7, {Image({"1", "-", "long enough"}, "last")});
  EventParser parser;
  const std::string map_bytes = log.events()[1];
  const LogEvent map = *parser.Parse(map_bytes);
  RowPlan plan = std::move(*RowPlan::Make(std::get<TableMapView>(map.body), def_));
  const LogEvent event = *parser.Parse(log.events()[2]);
  RowsEvent rows = std::get<RowsEvent>(event.body);
  const std::string_view all = rows.rows;
  for (size_t size = 1; size < all.size(); ++size) {
    rows.rows = all.substr(0, size);
    ThinRowsReader skipping(rows, plan);
    EXPECT_EQ(skipping.Skip().code(), Code::kCorruption) << size;
    ThinRowsReader reading(rows, plan);
    ChunkBuilder builder(def_->schema);
    const auto made = reading.Append(builder);
    ASSERT_FALSE(made.has_value()) << size;
    EXPECT_EQ(made.error().code(), Code::kCorruption) << size;
  }
}

}  // namespace
}  // namespace sluice::mysql
