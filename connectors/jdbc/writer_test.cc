// SPDX-License-Identifier: Apache-2.0
#include "jdbc/writer.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "base/sync.h"
#include "jdbc/context_for_tests.h"

namespace sluice::jdbc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Notes what becomes of batches: "stage" or "apply", and "commit" of what was staged.
class NotedSql final : public SqlClient {
 public:
  Result<std::unique_ptr<SqlSession>> Open(const SqlEndpoint& /*endpoint*/) override {
    return std::make_unique<Session>(*this);
  }
  Result<std::unique_ptr<LogStream>> OpenLog(const SqlEndpoint& /*endpoint*/,
                                             const LogStart& /*start*/) override {
    return Fail(Code::kInternal, "no log here");
  }
  std::vector<std::string> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(notes_, {});
  }

 private:
  class Session final : public SqlSession {
   public:
    explicit Session(NotedSql& server) : server_(server) {}
    Status Execute(const std::string& sql) override { return server_.Note(sql); }
    Result<SqlTable> Query(const std::string& /*sql*/) override { return SqlTable{{"1"}}; }
    Status Stream(const std::string& sql, const std::function<bool(SqlRow)>& /*each*/) override {
      return {Code::kInternal, sql};
    }
    std::string Quote(std::string_view text) const override { return std::string(text); }
    void Interrupt() override {}

   private:
    NotedSql& server_;
  };

  Status Note(const std::string& sql) {
    const std::lock_guard lock(mutex_);
    const bool stage = sql.starts_with("INSERT INTO `ods`.`__sluice_") &&
                       !sql.starts_with("INSERT INTO `ods`.`__sluice_batch");
    if (stage) notes_.emplace_back("stage");
    if (sql.starts_with("INSERT INTO `ods`.`a`")) notes_.emplace_back("apply");
    if (sql == "COMMIT" && !notes_.empty() && notes_.back() == "stage") {
      notes_.emplace_back("commit");
    }
    return {};
  }

  Mutex mutex_;
  std::vector<std::string> notes_;
};

SchemaRef Items() {
  auto schema = std::make_shared<Schema>();
  schema->path = {"shop", "", "a"};
  schema->columns = {{"id", Of(TypeKind::kInt), false}};
  schema->primary_key = {0};
  return schema;
}

// At-least-once delivery of a job that follows its source; each row is a batch.
class JdbcWriterTest : public testing::Test {
 protected:
  JdbcWriterTest() {
    options_.endpoints.push_back({.server = SqlServer::kMysql});
    options_.stages = true;
    options_.batch_size = 1;
    Open(Merge::kUpsert);
    // As if these were the first of a run.
    for (const CheckpointId id : {7, 8}) static_cast<void>(SealAndPrepare(id));
  }
  void Open(Merge merge) {
    TargetTable target;
    target.path = {"ods", "", "a"};
    target.columns = {{.name = "id", .type = "int"}};
    target.merge = merge;
    if (merge != Merge::kAppend) target.key = {0};
    writer_.reset();
    targets_ = std::make_shared<SharedTargets>(TargetTables{{rows_->path, std::move(target)}});
    writer_ = std::make_unique<JdbcWriter>(ctx_, options_, 1, targets_, std::nullopt);
  }
  void Write(int32_t id, int64_t source_micros = 1) {
    ChunkBuilder builder(rows_);
    builder.column(0).Append<int32_t>(id);
    builder.EndRow(RowKind::kInsert);
    ASSERT_TRUE(writer_->Write(*builder.Finish(source_micros)).ok());
  }
  void WriteOfSnapshot(int32_t id) { Write(id, 0); }
  // The tables that were staged; everything before is done.
  std::vector<StagedTable> SealAndPrepare(CheckpointId id) {
    EXPECT_TRUE(writer_->Seal(id).ok());
    for (;;) {
      uint64_t seen = 0;
      {
        const std::lock_guard lock(mutex_);
        seen = wakes_;
      }
      const auto polled = writer_->PollPrepared(id);
      EXPECT_TRUE(polled) << polled.error().ToString();
      if (!polled) return {};
      if (*polled)
        return (*polled)->empty() ? std::vector<StagedTable>() : DecodeWork(**polled)->tables;
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [&] { return wakes_ != seen; });
    }
  }
  std::optional<TimePoint> Tend(Duration later = {}) {
    return writer_->Tend(Env::Default().Now() + later).value();
  }

  const SchemaRef rows_ = Items();
  NoHttp http_;
  NotedSql sql_;
  NoPhases phases_;
  Mutex mutex_;  // guards wakes_
  CondVar woken_;
  uint64_t wakes_ = 0;
  Context ctx_{.env = Env::Default(),
               .http = http_,
               .sql = sql_,
               .phases = phases_,
               .job_name = "job",
               .job_id = "j1",
               .run = 3,
               .first_checkpoint = 7,
               .wake = [this] {
                 const std::lock_guard lock(mutex_);
                 ++wakes_;
                 woken_.notify_all();
               }};
  SinkOptions options_;
  std::shared_ptr<SharedTargets> targets_;
  std::unique_ptr<JdbcWriter> writer_;
};

TEST_F(JdbcWriterTest, ChangesGoStraightIntoTheirTable) {
  Write(1);
  EXPECT_FALSE(Tend().has_value());
  EXPECT_THAT(SealAndPrepare(9), IsEmpty());
  EXPECT_THAT(sql_.Take(), ElementsAre("apply"));
}

TEST_F(JdbcWriterTest, RowsOfASnapshotAndThoseBehindThemAreStagedAndAskForACheckpoint) {
  Write(1);
  WriteOfSnapshot(2);
  Write(3);
  EXPECT_TRUE(Tend().has_value());
  EXPECT_FALSE(writer_->wants_checkpoint());
  Tend(std::chrono::seconds(2));
  EXPECT_TRUE(writer_->wants_checkpoint());
  const auto work = SealAndPrepare(9);
  EXPECT_FALSE(writer_->wants_checkpoint());
  ASSERT_THAT(work, SizeIs(1));
  EXPECT_EQ(work[0].rows, 2U);
  EXPECT_THAT(sql_.Take(), ElementsAre("apply", "stage", "stage", "commit"));
}

TEST_F(JdbcWriterTest, BatchesBehindABarrierWaitForTheCommitOfWhatWasStaged) {
  WriteOfSnapshot(1);
  ASSERT_THAT(SealAndPrepare(9), SizeIs(1));
  Write(2);
  Write(3);
  EXPECT_TRUE(Tend().has_value());  // it looks again soon
  EXPECT_FALSE(writer_->wants_checkpoint());
  targets_->Committed(9);
  Tend();
  Write(4);
  EXPECT_THAT(SealAndPrepare(10), IsEmpty());
  EXPECT_THAT(sql_.Take(), ElementsAre("stage", "commit", "apply", "apply", "apply"));
}

TEST_F(JdbcWriterTest, ABarrierStagesWhatStillWaits) {
  WriteOfSnapshot(1);
  ASSERT_THAT(SealAndPrepare(9), SizeIs(1));
  Write(2);
  Write(3);
  const auto work = SealAndPrepare(10);
  ASSERT_THAT(work, SizeIs(1));
  EXPECT_EQ(work[0].rows, 2U);
  targets_->Committed(9);
  Write(4);  // behind 10 now
  targets_->Committed(10);
  Write(5);
  EXPECT_THAT(SealAndPrepare(11), IsEmpty());
  EXPECT_THAT(sql_.Take(),
              ElementsAre("stage", "commit", "stage", "stage", "commit", "apply", "apply"));
}

TEST_F(JdbcWriterTest, NothingIsVisibleBeforeTheJobHasADurableCheckpoint) {
  ctx_.first_checkpoint = 1;
  Open(Merge::kUpsert);
  for (const CheckpointId id : {1, 2}) {
    Write(1);
    EXPECT_THAT(SealAndPrepare(id), SizeIs(1));
    targets_->Committed(id);
  }
  Write(1);
  EXPECT_THAT(SealAndPrepare(3), IsEmpty());
  EXPECT_THAT(sql_.Take(), ElementsAre("stage", "commit", "stage", "commit", "apply"));
}

TEST_F(JdbcWriterTest, WhatWasStagedIsDurableBeforeAnythingIsAppliedAtOnce) {
  TargetTable appended;
  appended.path = {"ods", "", "a"};
  appended.columns = {{.name = "id", .type = "int"}};
  auto other = std::make_shared<Schema>(*rows_);
  other->path.table = "log";
  targets_->Put(other->path, std::move(appended));
  WriteOfSnapshot(1);
  ChunkBuilder builder(other);
  builder.column(0).Append<int32_t>(1);
  builder.EndRow(RowKind::kInsert);
  ASSERT_TRUE(writer_->Write(*builder.Finish(0)).ok());
  EXPECT_THAT(SealAndPrepare(9), SizeIs(1));
  // Rows without a key are never staged. A session that their failure ended takes nothing along.
  EXPECT_THAT(sql_.Take(), ElementsAre("stage", "commit", "apply"));
}

TEST_F(JdbcWriterTest, WithoutStagesRowsOfASnapshotGoStraightIntoTheirTable) {
  options_.stages = false;
  ctx_.first_checkpoint = 1;
  Open(Merge::kUpsert);
  WriteOfSnapshot(1);
  EXPECT_THAT(SealAndPrepare(1), IsEmpty());
  EXPECT_THAT(sql_.Take(), ElementsAre("apply"));
}

}  // namespace
}  // namespace sluice::jdbc
