// SPDX-License-Identifier: Apache-2.0
#include "console/sink.h"

#include <gtest/gtest.h>

#include "config/hocon.h"

namespace sluice::console {
namespace {

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

struct Lines : LineWriter {
  Status Write(std::string_view lines) override {
    text += lines;
    return status;
  }
  Status Flush() override {
    ++flushes;
    return status;
  }
  std::string text;
  int flushes = 0;
  Status status;
};

class ConsoleTest : public testing::Test {
 protected:
  std::unique_ptr<Writer> Open(Options options = {}, uint32_t number = 0) {
    ConsoleSink sink(options, lines_);
    return *sink.Open(ctx_, number);
  }
  static SchemaRef Table(const std::string& name) {
    auto schema = std::make_shared<Schema>();
    schema->path = {"db", "", name};
    schema->columns = {{.name = "id", .type = Of(TypeKind::kInt)},
                       {.name = "price", .type = Decimal(10, 2)},
                       {.name = "name", .type = Of(TypeKind::kString)}};
    return schema;
  }
  static void AddRow(ChunkBuilder& builder, int32_t id, const char* name, RowKind kind) {
    builder.column(0).Append<int32_t>(id);
    builder.column(1).Append<Int128>(Int128{-1250});
    if (name == nullptr) {
      builder.column(2).AppendNull();
    } else {
      builder.column(2).AppendText(name);
    }
    builder.EndRow(kind);
  }

  Lines lines_;
  NoHttp http_;
  NoSql sql_;
  NoPhases phases_;
  Context ctx_{.env = Env::Default(), .http = http_, .sql = sql_, .phases = phases_, .cancel = {}};
};

TEST_F(ConsoleTest, PrintsRowsInSeaTunnelsForm) {
  ChunkBuilder builder(Table("t"));
  AddRow(builder, 1, "ann", RowKind::kInsert);
  AddRow(builder, 2, nullptr, RowKind::kUpdateBefore);
  AddRow(builder, 2, "", RowKind::kUpdateAfter);
  AddRow(builder, 3, "a, b", RowKind::kDelete);
  const auto writer = Open({}, 4);
  ASSERT_TRUE(writer->Write(*builder.Finish(0)).ok());
  const std::string head = "subtaskIndex=4  rowIndex=";
  EXPECT_EQ(
      lines_.text,
      "output rowType: id<INT>, price<DECIMAL(10, 2)>, name<STRING>\n" + head +
          "1:  SeaTunnelRow#tableId=db.t SeaTunnelRow#kind=INSERT : 1, -12.50, ann\n" + head +
          "2:  SeaTunnelRow#tableId=db.t SeaTunnelRow#kind=UPDATE_BEFORE : 2, -12.50, null\n" +
          head + "3:  SeaTunnelRow#tableId=db.t SeaTunnelRow#kind=UPDATE_AFTER : 2, -12.50, \n" +
          head + "4:  SeaTunnelRow#tableId=db.t SeaTunnelRow#kind=DELETE : 3, -12.50, a, b\n");
  EXPECT_EQ(writer->bytes_written(), lines_.text.size());
}

TEST_F(ConsoleTest, PrintsTheRowTypeOnceATableAndCountsRowsOverAllTables) {
  const auto writer = Open();
  for (const char* table : {"a", "b", "a"}) {
    ChunkBuilder builder(Table(table));
    AddRow(builder, 1, "x", RowKind::kInsert);
    ASSERT_TRUE(writer->Write(*builder.Finish(0)).ok());
  }
  size_t types = 0;
  for (size_t at = 0; (at = lines_.text.find("output rowType", at)) != std::string::npos; ++at) {
    ++types;
  }
  EXPECT_EQ(types, 2U);
  EXPECT_NE(lines_.text.find("rowIndex=3:  SeaTunnelRow#tableId=db.a"), std::string::npos);
}

TEST_F(ConsoleTest, PrintsNoRowsWhenToldSo) {
  ChunkBuilder builder(Table("t"));
  AddRow(builder, 1, "x", RowKind::kInsert);
  ASSERT_TRUE(Open({.print = false})->Write(*builder.Finish(0)).ok());
  EXPECT_EQ(lines_.text, "output rowType: id<INT>, price<DECIMAL(10, 2)>, name<STRING>\n");
}

TEST_F(ConsoleTest, RestsAsLongAsItsRowsAskForWithoutBlocking) {
  ChunkBuilder builder(Table("t"));
  AddRow(builder, 1, "x", RowKind::kInsert);
  const ChunkPtr chunk = builder.Finish(0);
  const auto quick = Open();
  const auto slow = Open({.delay_ms = 3'600'000});
  ASSERT_TRUE(quick->Write(*chunk).ok() && slow->Write(*chunk).ok());
  EXPECT_FALSE(quick->full());
  EXPECT_TRUE(slow->full());
}

TEST_F(ConsoleTest, PrintsASchemaChangeAndThenTheNewRowType) {
  const auto writer = Open();
  ChunkBuilder builder(Table("t"));
  AddRow(builder, 1, "x", RowKind::kInsert);
  const ChunkPtr chunk = builder.Finish(0);
  ASSERT_TRUE(writer->Write(*chunk).ok());
  ASSERT_TRUE(
      writer->Rebind({.before = Table("t"), .after = Table("t"), .ddl = "ALTER TABLE t"}).ok());
  lines_.text.clear();
  ASSERT_TRUE(writer->Write(*chunk).ok());
  EXPECT_TRUE(lines_.text.starts_with("output rowType: "));
}

TEST_F(ConsoleTest, ACheckpointFlushesAndAClosedOutputIsAFailure) {
  const auto writer = Open();
  ASSERT_TRUE(writer->Seal(1).ok());
  EXPECT_EQ(lines_.flushes, 1);
  EXPECT_TRUE((*writer->PollPrepared(1)).has_value());
  lines_.status = {Code::kUnavailable, "closed"};
  EXPECT_EQ(writer->Seal(2).code(), Code::kUnavailable);
}

TEST_F(ConsoleTest, PromisesNoMoreThanItKeeps) {
  ConsoleSink sink({}, lines_);
  std::string why;
  EXPECT_EQ(sink.delivery(), Delivery::kAtLeastOnce);
  EXPECT_FALSE(sink.replay_converges(&why));
  EXPECT_EQ(why, "what was printed cannot be taken back");
}

}  // namespace
}  // namespace sluice::console
