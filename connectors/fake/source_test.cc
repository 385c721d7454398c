// SPDX-License-Identifier: Apache-2.0
#include "fake/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "config/hocon.h"
#include "data/text.h"

namespace sluice::fake {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class NoHttp : public http::Client {
  Result<http::Response> Perform(const http::Request&, const CancelToken&) override {
    return Fail(Code::kInternal, "no HTTP here");
  }
};
class NoSql : public SqlClient {
  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint&) override {
    return Fail(Code::kInternal, "no SQL here");
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint&, const LogStart&) override {
    return Fail(Code::kInternal, "no SQL here");
  }
};
class NoPhases : public PhaseHook {
  void Reach(const char*, CheckpointId) override {}
};

// Full after `room` chunks.
struct Collected : Emitter {
  explicit Collected(size_t chunks_max) : room(chunks_max) {}
  void Emit(Event event) override { chunks.push_back(std::get<ChunkPtr>(std::move(event))); }
  bool full() const override { return chunks.size() >= room; }

  size_t room;
  std::vector<ChunkPtr> chunks;
};

class FakeSourceTest : public testing::Test {
 protected:
  // The source of `block`; `env` may set parallelism and mode.
  std::unique_ptr<Source> Make(const std::string& block, const EnvOptions& env = {}) {
    Diagnostics diagnostics;
    const auto value = ParseHocon(block, "f", {}, diagnostics);
    EXPECT_TRUE(value.has_value()) << diagnostics.ToStatus().message();
    auto source = FakeSource::Make(
        {.section = "source", .plugin_name = "FakeSource", .options = *value}, env, diagnostics);
    EXPECT_TRUE(diagnostics.ok()) << diagnostics.ToStatus().message();
    return source;
  }

  // "kind a, b" of every row of a chunk.
  static std::vector<std::string> Rows(const Chunk& chunk) {
    std::vector<std::string> rows;
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      std::string text(RowKindName(chunk.kind(row)));
      for (size_t i = 0; i < chunk.column_count(); ++i) {
        text += (i == 0 ? " " : ", ") + ValueText(chunk.column(i), row);
      }
      rows.push_back(text);
    }
    return rows;
  }

  // Everything the source gives, split by split; `chunks_at_once` at a time, resumed in between.
  std::vector<std::string> ReadAll(Source& source, size_t chunks_at_once = 1000) {
    std::vector<std::string> rows;
    auto enumerator = *source.Enumerate(ctx_, std::nullopt);
    for (;;) {
      auto splits = *enumerator->Next(3);
      if (splits.empty()) return rows;
      for (Split& split : splits) {
        for (const auto& row : ReadSplit(source, std::move(split), chunks_at_once)) {
          rows.push_back(row);
        }
      }
    }
  }
  std::vector<std::string> ReadSplit(Source& source, Split split, size_t chunks_at_once) {
    std::vector<std::string> rows;
    for (;;) {
      auto reader = *source.Open(ctx_, std::move(split));
      Collected out(chunks_at_once);
      Poll poll = Poll::kIdle;
      while (poll == Poll::kIdle) poll = *reader->Read(out, {INT64_MAX});
      for (const ChunkPtr& chunk : out.chunks) {
        EXPECT_TRUE(chunk->Check().ok()) << chunk->Check().ToString();
        for (const auto& row : Rows(*chunk)) rows.push_back(row);
      }
      if (poll == Poll::kDone) return rows;
      EXPECT_TRUE(reader->Flush(out).ok());
      split = reader->Save();
    }
  }
  std::vector<std::string> ReadAll(const std::string& block) { return ReadAll(*Make(block)); }
  // The values of the only column.
  std::vector<std::string> Values(const std::string& block) {
    std::vector<std::string> values;
    for (const std::string& row : ReadAll(block)) values.push_back(row.substr(7));
    return values;
  }
  std::vector<double> Numbers(const std::string& block) {
    std::vector<double> numbers;
    for (const std::string& value : Values(block)) numbers.push_back(std::stod(value));
    return numbers;
  }

  NoHttp http_;
  NoSql sql_;
  NoPhases phases_;
  Context ctx_{.env = Env::Default(), .http = http_, .sql = sql_, .phases = phases_, .cancel = {}};
};

constexpr char kInt[] = "\nschema { fields { i = int } }";

TEST_F(FakeSourceTest, RowNumIsOfEachReader) {
  EXPECT_THAT(ReadAll(*Make(std::string("row.num = 7") + kInt)), SizeIs(7));
  EXPECT_THAT(ReadAll(*Make(std::string("row.num = 7") + kInt, {.parallelism = 3})), SizeIs(21));
  EXPECT_THAT(ReadAll(*Make(kInt)), SizeIs(5));
  EXPECT_THAT(ReadAll(*Make(std::string("row.num = 0") + kInt)), SizeIs(0));
}

TEST_F(FakeSourceTest, SplitsShareTheRowsAndNoneIsEmpty) {
  const auto splits = [&](const std::string& block) {
    auto source = Make(block + kInt);
    auto enumerator = *source->Enumerate(ctx_, std::nullopt);
    std::vector<size_t> sizes;
    auto all = *enumerator->Next(100);
    for (Split& split : all) {
      sizes.push_back(ReadSplit(*source, std::move(split), 1000).size());
    }
    EXPECT_TRUE(enumerator->done());
    return sizes;
  };
  EXPECT_THAT(splits("row.num = 10, split.num = 3"), ElementsAre(4, 4, 2));
  EXPECT_THAT(splits("row.num = 5, split.num = 4"), ElementsAre(2, 2, 1));
  EXPECT_THAT(splits("row.num = 2, split.num = 5"), ElementsAre(1, 1));
}

TEST_F(FakeSourceTest, ResumingAtEveryChunkGivesTheSameRows) {
  const std::string block =
      "row.num = 20000, split.num = 2, split.read-interval = 0\n"
      "schema { fields { i = int, s = string, d = \"decimal(20, 5)\" } }";
  const auto whole = ReadAll(*Make(block));
  EXPECT_THAT(whole, SizeIs(20000));
  EXPECT_EQ(ReadAll(*Make(block), 1), whole);
}

TEST_F(FakeSourceTest, AnotherSeedMakesOtherRowsAndTheSameTheSame) {
  const std::string block = "row.num = 100, seed = 1" + std::string(kInt);
  EXPECT_EQ(ReadAll(block), ReadAll(block));
  EXPECT_NE(ReadAll(block), ReadAll("row.num = 100, seed = 2" + std::string(kInt)));
}

TEST_F(FakeSourceTest, RangesHoldAndDefaultsAreNotNegative) {
  EXPECT_THAT(Numbers("row.num = 1000, int.min = -3, int.max = 3" + std::string(kInt)),
              Each(AllOf(Ge(-3), Le(3))));
  for (const char* type : {"tinyint", "smallint", "int", "bigint", "float", "double"}) {
    const std::string schema = std::string("\nschema { fields { v = ") + type + " } }";
    EXPECT_THAT(Numbers("row.num = 200" + schema), Each(Ge(0))) << type;
    const std::string name(type);
    EXPECT_THAT(Numbers("row.num = 200, " + name + ".min = 100, " + name + ".max = 110" + schema),
                Each(AllOf(Ge(100), Le(110))))
        << type;
  }
}

TEST_F(FakeSourceTest, TheEndsOfARangeAreReached) {
  const auto numbers = Numbers(
      "row.num = 200, tinyint.min = -2, tinyint.max = 1\nschema { fields { "
      "v = tinyint } }");
  EXPECT_EQ(std::set<double>(numbers.begin(), numbers.end()), (std::set<double>{-2, -1, 0, 1}));
}

TEST_F(FakeSourceTest, TemplatesArePickedFrom) {
  EXPECT_THAT(Values("row.num = 100, string.fake.mode = template, string.template = [a, b]\n"
                     "schema { fields { s = string } }"),
              AllOf(SizeIs(100), Contains("a"), Contains("b"), Each(MatchesRegex("a|b"))));
  EXPECT_THAT(Values("row.num = 100, double.fake.mode = TEMPLATE, double.template = [0.5, -2]\n"
                     "schema { fields { d = double } }"),
              Each(MatchesRegex("0\\.5|-2")));
}

TEST_F(FakeSourceTest, TextsHaveTheLengthOfTheirColumnOrTheOption) {
  EXPECT_THAT(Values("string.length = 9\nschema { fields { s = string } }"),
              Each(MatchesRegex("[a-zA-Z]{9}")));
  EXPECT_THAT(Values("string.length = 9\nschema { columns = [ { name = s, type = string, "
                     "columnLength = 3 } ] }"),
              Each(MatchesRegex("[a-zA-Z]{3}")));
  EXPECT_THAT(Values("schema { fields { s = string } }"), Each(SizeIs(5)));
  EXPECT_THAT(Values("bytes.length = 4\nschema { fields { b = bytes } }"), Each(SizeIs(8)));
}

TEST_F(FakeSourceTest, DecimalsFillTheirPlaces) {
  EXPECT_THAT(Values("row.num = 50\nschema { fields { d = \"decimal(38, 10)\" } }"),
              Each(MatchesRegex("[0-9]+\\.[0-9]{10}")));
}

TEST_F(FakeSourceTest, DatesAndTimesAreMadeOfTheirTemplates) {
  const std::string parts =
      "row.num = 50, date.year.template = [1999], date.month.template = [2]\n"
      "date.day.template = [31], time.hour.template = [23], time.minute.template = [59]\n"
      "time.second.template = [58]\n";
  EXPECT_THAT(Values(parts + "schema { fields { d = date } }"), Each("1999-02-28"));
  EXPECT_THAT(Values(parts + "schema { fields { t = time } }"), Each("23:59:58"));
  EXPECT_THAT(Values(parts + "schema { fields { t = timestamp } }"), Each("1999-02-28 23:59:58"));
}

TEST_F(FakeSourceTest, AutoIncrementCountsUpTheKeyOverAllSplits) {
  EXPECT_THAT(Values("row.num = 6, split.num = 3, auto.increment.enabled = true\n"
                     "auto.increment.start = 10\nschema { fields { id = bigint }\n"
                     "primaryKey { name = pk, columnNames = [id] } }"),
              ElementsAre("10", "11", "12", "13", "14", "15"));
}

TEST_F(FakeSourceTest, LiteralRowsComeAsWrittenOnceForEachSplitAndReader) {
  const std::string block =
      "schema { fields { id = int, name = string } }\n"
      "rows = [ { fields = [1, ann] }, { kind = UPDATE_BEFORE, fields = [1, ann] }\n"
      "{ kind = \"+U\", fields { name = bob, id = 1 } }, { kind = DELETE, fields { id = 1 } } ]";
  const std::vector<std::string> once = {"INSERT 1, ann", "UPDATE_BEFORE 1, ann",
                                         "UPDATE_AFTER 1, bob", "DELETE 1, null"};
  EXPECT_EQ(ReadAll(*Make(block)), once);
  EXPECT_THAT(ReadAll(*Make(block, {.parallelism = 2})), SizeIs(8));
  EXPECT_THAT(ReadAll("row.num = 4, split.num = 2\n" + block), SizeIs(8));
}

TEST_F(FakeSourceTest, LiteralsOfEveryType) {
  EXPECT_THAT(
      ReadAll("schema { fields { b = boolean, t = tinyint, f = double, d = \"decimal(5, 2)\", "
              "y = bytes, on = date, at = time, ts = timestamp } }\n"
              "rows = [ { fields = [TRUE, -128, 1e-3, -123.4, abc, \"2024-02-29\", \"23:59\", "
              "\"0001-01-01T00:00:00.000001\"] }, { fields = [null, null, null, null, null, null, "
              "null, null] } ]"),
      ElementsAre("INSERT true, -128, 0.001, -123.40, 616263, 2024-02-29, 23:59:00, "
                  "0001-01-01 00:00:00",
                  "INSERT null, null, null, null, null, null, null, null"));
}

TEST_F(FakeSourceTest, AWrongSchemaHidesNoOtherMistake) {
  Diagnostics diagnostics;
  const auto value = ParseHocon(
      "int.min = 5, int.max = 1\nbigint.fake.mode = template\ndate.month.template = [13]\n"
      "schema { fields { i = int, b = bigint, x = nonsense } }",
      "f", {}, diagnostics);
  EXPECT_EQ(FakeSource::Make({.section = "source", .plugin_name = "FakeSource", .options = *value},
                             {}, diagnostics),
            nullptr);
  const std::string mistakes(diagnostics.ToStatus().message());
  for (const char* mistake :
       {"f:1:11: source 'FakeSource': int.min = 5 is greater than int.max = 1",
        "f:2:20: source 'FakeSource': option 'bigint.template' is missing for template mode",
        "f:3:23: source 'FakeSource': option 'date.month.template' must hold whole numbers",
        "f:4:44: source 'FakeSource', schema: column 'x'"}) {
    EXPECT_THAT(mistakes, testing::HasSubstr(mistake));
  }
}

TEST_F(FakeSourceTest, CurrentTimesAreThoseOfTheStartOfTheJobAndStayInAResume) {
  auto source = Make(
      "schema { fields { ts = timestamp } }\n"
      "rows = [ { fields = [CURRENT_TIMESTAMP] } ]");
  auto enumerator = *source->Enumerate(ctx_, std::nullopt);
  auto resumed = *source->Enumerate(ctx_, enumerator->Save());
  EXPECT_EQ(*enumerator->Next(1), *resumed->Next(1));
}

TEST_F(FakeSourceTest, SeveralTables) {
  auto source = Make(
      "tables_configs = [ { row.num = 2,\nschema { table = \"db.a\", fields { i = int } } }\n"
      "{ row.num = 3,\nschema { table = \"db.b\", fields { s = string } } } ]");
  const auto tables = *source->Discover(ctx_);
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0]->path.ToString() + " " + tables[1]->path.ToString(), "db.a db.b");
  EXPECT_THAT(ReadAll(*source), SizeIs(5));
}

TEST_F(FakeSourceTest, AStreamNeverEndsAfterItsSplits) {
  auto source = Make(kInt, {.job_mode = JobMode::kStreaming});
  EXPECT_EQ(source->boundedness(), Boundedness::kUnbounded);
  auto enumerator = *source->Enumerate(ctx_, std::nullopt);
  EXPECT_EQ(enumerator->Next(10)->size(), 1U);
  EXPECT_FALSE(enumerator->done());
}

TEST_F(FakeSourceTest, AnEnumeratorResumesWhereItWas) {
  auto source = Make("row.num = 10, split.num = 5" + std::string(kInt));
  auto first = *source->Enumerate(ctx_, std::nullopt);
  auto taken = *first->Next(2);
  ASSERT_TRUE(first->OnFinished(taken[0], {}).ok());
  auto second = *source->Enumerate(ctx_, first->Save());
  EXPECT_EQ(second->progress(), 0.2);
  EXPECT_EQ(*second->Next(100), *first->Next(100));
  EXPECT_EQ(source->Enumerate(ctx_, Bytes("nonsense")).error().code(), Code::kCorruption);
  EXPECT_EQ(source->Open(ctx_, {"fake-0", Bytes("nonsense")}).error().code(), Code::kCorruption);
}

}  // namespace
}  // namespace sluice::fake
