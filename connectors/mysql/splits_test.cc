// SPDX-License-Identifier: Apache-2.0
#include "mysql/splits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "mysql/enumerator.h"
#include "mysql/key_range_for_tests.h"
#include "mysql/log_writer_for_tests.h"

namespace sluice::mysql {
namespace {

using testing::ElementsAre;

constexpr Int128 kMaxUnsigned = std::numeric_limits<uint64_t>::max();

LogPoint At(uint64_t offset, std::string file = "binlog.000007") {
  return {std::move(file), offset};
}
std::vector<std::string> Shown(const FinishedRanges& ranges) {
  std::vector<std::string> out;
  for (const FinishedRange& one : ranges.ranges()) {
    out.push_back(one.range.ToString() + " " + std::to_string(one.high.offset));
  }
  return out;
}
std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    out += kDigits[static_cast<unsigned char>(c) >> 4U];
    out += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

Bytes Unhex(std::string_view text) {
  std::string out;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  }
  return Bytes(out);
}

TEST(FinishedRanges, NeighboursOfOnePlaceJoinInWhateverOrderTheyCome) {
  const std::vector<FinishedRange> parts = {{Range({}, 10), At(5)},
                                            {Range(10, 20), At(5)},
                                            {Range(20, 30), At(5)},
                                            {Range(30, {}), At(5)}};
  std::vector<size_t> order = {0, 1, 2, 3};
  do {
    FinishedRanges ranges;
    for (const size_t i : order) ranges.Add(parts[i]);
    EXPECT_THAT(Shown(ranges), ElementsAre("[start, end) 5"));
  } while (std::ranges::next_permutation(order).found);
}

TEST(FinishedRanges, OtherPlacesAndGapsDoNotJoin) {
  FinishedRanges ranges;
  ranges.Add({Range(30, {}), At(5)});
  ranges.Add({Range({}, 10), At(5)});
  ranges.Add({Range(10, 20), At(6)});
  ranges.Add({Range(20, 25), At(6)});
  EXPECT_THAT(Shown(ranges), ElementsAre("[start, 10) 5", "[10, 25) 6", "[30, end) 5"));
  EXPECT_EQ(ranges.highest(), At(6));
}

TEST(FinishedRanges, ContainWhatLiesBeforeTheHighPointOfTheKeysRange) {
  FinishedRanges ranges;
  ranges.Add({Range({}, -5), At(100)});
  ranges.Add({Range(-5, 7), At(200)});
  ranges.Add({Range(9, {}), At(4, "binlog.000010")});
  EXPECT_TRUE(ranges.Contain(Key(-6), At(99)));
  EXPECT_FALSE(ranges.Contain(Key(-6), At(100)));  // begins at the high point: behind it
  EXPECT_TRUE(ranges.Contain(Key(-5), At(100)));
  EXPECT_FALSE(ranges.Contain(Key(-5), At(200)));
  EXPECT_TRUE(ranges.Contain(Key(6), At(199)));
  EXPECT_FALSE(ranges.Contain(Key(7), At(4)));  // of no range yet
  EXPECT_FALSE(ranges.Contain(Key(8), At(4)));
  EXPECT_TRUE(ranges.Contain(Key(kMaxUnsigned), At(1'000'000, "binlog.000009")));
  EXPECT_FALSE(ranges.Contain(Key(kMaxUnsigned), At(4, "binlog.000010")));
  EXPECT_FALSE(FinishedRanges().Contain(Key(0), At(4)));
}

TEST(FinishedRanges, ManyRangesAreAddedInReasonableTime) {
  FinishedRanges ranges;
  for (int i = 0; i < 100'000; ++i) {
    ranges.Add({Range(i, i + 1), At(static_cast<uint64_t>(i))});
  }
  EXPECT_EQ(ranges.ranges().size(), 100'000U);
  EXPECT_TRUE(ranges.Contain(Key(99'999), At(5)));
}

TEST(LogPoint, FilesAreOrderedByNumber) {
  EXPECT_LT(At(900, "b.999999"), At(4, "b.1000000"));
  EXPECT_LT(At(4), At(5));
  EXPECT_EQ(At(4) <=> At(4), std::strong_ordering::equal);
}

LogPosition Position() {
  LogPosition position;
  position.server_uuid = kTestUuid;
  position.file = "binlog.000007";
  position.tx_offset = 4711;
  position.gtid_set = *GtidSet::Parse(std::string(kTestUuid) + ":1-5:7");
  position.events = 2;
  position.rows = 3;
  return position;
}

TableFacts Facts() {
  TableFacts facts;
  facts.path = {"shop", "", "goods"};
  facts.columns = {{.name = "id", .data_type = "int", .column_type = "int", .nullable = false}};
  facts.primary_key = {"id"};
  facts.indexes = {{"id", true, {"id"}}};
  return facts;
}

// Checkpoints of released versions must be read for ever: these bytes may never change.
TEST(Splits, ASnapshotSplitIsWrittenAsEver) {
  const SnapshotSplit split{{"shop", "", "goods"}, Range(-1, kMaxUnsigned), false, At(99)};
  const Bytes bytes = EncodeSplit(split);
  EXPECT_EQ(Hex(bytes),
            "02010473686f700005676f6f64730a69007fffffffffffffff0a69017fffffffffffffff00010d6269"
            "6e6c6f672e30303030303763");
  EXPECT_EQ(std::get<SnapshotSplit>(*DecodeSplit(bytes)), split);
}

TEST(Splits, ASnapshotSplitOfTheFirstVersionIsRead) {
  const Bytes bytes = Unhex(
      "01010473686f700005676f6f6473022d31143138343436373434303733373039353531363135010d"
      "62696e6c6f672e30303030303763");
  const SnapshotSplit split{{"shop", "", "goods"}, Range(-1, kMaxUnsigned), false, At(99)};
  EXPECT_EQ(std::get<SnapshotSplit>(*DecodeSplit(bytes)), split);
}

LogSplit WholeLogSplit() {
  LogSplit split;
  split.position = Position();
  split.contained[{"shop", "", "goods"}].Add({Range(1, {}), At(5)});
  split.tables[{"shop", "", "goods"}] = Facts();
  split.prepared = {"X'61',X'',1"};
  return split;
}

LogSplit FullLogSplit() {
  LogSplit split = WholeLogSplit();
  split.position.mariadb.Add({1, 2, 3});
  split.defined = At(9);
  split.end = {At(10), 11};
  split.sources[{"shop", "", "goods"}] = {"id", ""};
  split.copies[{"shop", "", "_goods_gho"}] = {Definition::Of(Facts()), {"shop", "", "goods"}};
  split.copies.begin()->second.definition.facts.path.table = "_goods_gho";
  return split;
}

TEST(Splits, ALogSplitIsWrittenAsEver) {
  LogSplit split = FullLogSplit();
  split.joining[{"shop", "", "more"}] = {Facts(), At(12)};
  split.joining.begin()->second.facts.path.table = "more";
  split.since[{"shop", "", "goods"}] = At(13);
  split.gone = {{"shop", "", "goods"}};
  const Bytes bytes = EncodeSplit(split);
  EXPECT_EQ(Hex(bytes),
            "0602022433653131666134372d373163612d313165312d396533332d6338306161393432393536320d"
            "62696e6c6f672e303030303037e7244001000000000000003e11fa4771ca11e19e33c80aa942956202"
            "0000000000000001000000000000000600000000000000070000000000000008000000000000000203"
            "05312d322d33010473686f700005676f6f6473010a69008000000000000001000d62696e6c6f672e30"
            "30303030370501020473686f700005676f6f64730102696403696e7403696e74000000000000000000"
            "0000000102696401026964010102696400000100010b58273631272c5827272c31010d62696e6c6f67"
            "2e30303030303709010d62696e6c6f672e3030303030370a010b010473686f700005676f6f64730202"
            "69640001020473686f70000a5f676f6f64735f67686f0102696403696e7403696e7400000000000000"
            "0000000000010269640102696401010269640000010001026964010000000473686f700005676f6f64"
            "7301020473686f7000046d6f72650102696403696e7403696e74000000000000000000000000010269"
            "64010269640101026964000001000d62696e6c6f672e3030303030370c010473686f700005676f6f64"
            "730d62696e6c6f672e3030303030370d010473686f700005676f6f6473");
  const LogSplit back = std::get<LogSplit>(*DecodeSplit(bytes));
  EXPECT_EQ(back.position, split.position);
  EXPECT_EQ(back.contained, split.contained);
  EXPECT_EQ(back.prepared, split.prepared);
  EXPECT_EQ(back.defined, split.defined);
  EXPECT_EQ(back.end, split.end);
  EXPECT_EQ(back.joining.at({"shop", "", "more"}).facts.columns, Facts().columns);
  EXPECT_EQ(back.joining.at({"shop", "", "more"}).since, At(12));
  EXPECT_EQ(back.since, split.since);
  EXPECT_EQ(back.gone, split.gone);
  EXPECT_FALSE(back.may_be_gone);
  EXPECT_EQ(EncodeSplit(back), bytes);
}

TEST(Splits, ALogSplitOfTheFourthVersionIsRead) {
  const Bytes bytes = Unhex(
      "0402022433653131666134372d373163612d313165312d396533332d6338306161393432393536320d"
      "62696e6c6f672e303030303037e7244001000000000000003e11fa4771ca11e19e33c80aa942956202"
      "0000000000000001000000000000000600000000000000070000000000000008000000000000000203"
      "05312d322d33010473686f700005676f6f6473010a69008000000000000001000d62696e6c6f672e30"
      "30303030370501020473686f700005676f6f64730102696403696e7403696e74000000000000000000"
      "0000000102696401026964010102696400000100010b58273631272c5827272c31010d62696e6c6f67"
      "2e30303030303709010d62696e6c6f672e3030303030370a010b010473686f700005676f6f64730202"
      "69640001020473686f70000a5f676f6f64735f67686f0102696403696e7403696e7400000000000000"
      "0000000000010269640102696401010269640000010001026964010000000473686f700005676f6f64"
      "73");
  const auto back = DecodeSplit(bytes);
  ASSERT_TRUE(back) << back.error().ToString();
  EXPECT_EQ(EncodeSplit(*back), EncodeSplit(FullLogSplit()));
  EXPECT_TRUE(std::get<LogSplit>(*back).may_be_gone);
}

TEST(Splits, ALogSplitOfTheThirdVersionIsRead) {
  const Bytes bytes = Unhex(
      "0302022433653131666134372d373163612d313165312d396533332d6338306161393432393536320d"
      "62696e6c6f672e303030303037e7244001000000000000003e11fa4771ca11e19e33c80aa942956202"
      "0000000000000001000000000000000600000000000000070000000000000008000000000000000203"
      "05312d322d33010473686f700005676f6f6473010131000d62696e6c6f672e30303030303705010204"
      "73686f700005676f6f64730102696403696e7403696e74000000000000000000000000010269640102"
      "6964010102696400000100010b58273631272c5827272c31010d62696e6c6f672e3030303030370901"
      "0d62696e6c6f672e3030303030370a010b010473686f700005676f6f6473020269640001020473686f"
      "70000a5f676f6f64735f67686f0102696403696e7403696e7400000000000000000000000001026964"
      "0102696401010269640000010001026964010000000473686f700005676f6f6473");
  const auto back = DecodeSplit(bytes);
  ASSERT_TRUE(back) << back.error().ToString();
  EXPECT_EQ(EncodeSplit(*back), EncodeSplit(FullLogSplit()));
  EXPECT_TRUE(std::get<LogSplit>(*back).may_be_gone);
}

TEST(Splits, ALogSplitOfTheFirstVersionIsRead) {
  const Bytes bytes = Unhex(
      "0102012433653131666134372d373163612d313165312d396533332d6338306161393432393536320d62"
      "696e6c6f672e303030303037e7244001000000000000003e11fa4771ca11e19e33c80aa9429562020000"
      "000000000001000000000000000600000000000000070000000000000008000000000000000203010473"
      "686f700005676f6f6473010131000d62696e6c6f672e3030303030370501010473686f700005676f6f64"
      "730102696403696e7403696e740000000000000000000000000102696401010269640001010b58273631"
      "272c5827272c31");
  const auto back = DecodeSplit(bytes);
  ASSERT_TRUE(back) << back.error().ToString();
  const LogSplit& split = std::get<LogSplit>(*back);
  EXPECT_EQ(split.position, WholeLogSplit().position);
  EXPECT_EQ(split.contained, WholeLogSplit().contained);
  EXPECT_EQ(split.prepared, WholeLogSplit().prepared);
  // Its unique keys had no names, its table no character set.
  const TableFacts& facts = split.tables.at({"shop", "", "goods"});
  EXPECT_EQ(facts.columns, Facts().columns);
  EXPECT_EQ(facts.UniqueKeys(), Facts().UniqueKeys());
  EXPECT_EQ(facts.charset, "");
}

TEST(Splits, EveryCutOrLengthenedStateIsRefused) {
  LogSplit log;
  log.position = Position();
  log.tables[{"shop", "", "goods"}] = Facts();
  EnumeratorState state;
  state.start = Position();
  state.plan.planned = {{{"shop", "", "goods"}, Range(1, 2), false, std::nullopt}};
  state.reading = {"shop.goods [1, 2)"};
  const Bytes snapshot = EncodeSplit(SnapshotSplit{{"a", "", "b"}, Range(1, 2), true, At(9)});
  const Bytes report = EncodeReport({{Range(1, 2), At(9)}, true, Range(2, 3), 7});
  const auto refuses = [](const Bytes& whole, const auto& decode) {
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(decode(whole.substr(0, size)).has_value()) << size;
    }
    EXPECT_FALSE(decode(whole + "x").has_value());
    EXPECT_TRUE(decode(whole).has_value());
  };
  refuses(EncodeSplit(log), DecodeSplit);
  refuses(snapshot, DecodeSplit);
  refuses(report, DecodeReport);
  refuses(EncodeState(state), DecodeState);
}

TEST(Splits, ABoundThatIsNoKeyIsRefused) {
  Bytes bytes = EncodeSplit(SnapshotSplit{{"a", "", "b"}, {"i", std::nullopt}, false, {}});
  EXPECT_FALSE(DecodeSplit(bytes).has_value());
  bytes = Unhex("01010473686f700005676f6f6473027831022d3100");  // of the first version: x1
  EXPECT_FALSE(DecodeSplit(bytes).has_value());
}

}  // namespace
}  // namespace sluice::mysql
