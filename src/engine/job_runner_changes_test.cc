// SPDX-License-Identifier: Apache-2.0
// A table that gets a second column in the middle of its rows, through real threads and files.
#include "engine/memory_ends_for_tests.h"

namespace sluice {
namespace {

constexpr int64_t kRows = 100;
constexpr int64_t kChangeBefore = 50;

SchemaRef Versioned(uint64_t version) {
  auto schema = std::make_shared<Schema>(*NumbersSchema());
  if (version > 1) schema->columns.push_back({"twice", Of(TypeKind::kBigInt)});
  schema->version = version;
  return schema;
}

// What the source and the target of one test share.
struct Table {
  std::atomic<bool> fails_behind_change = false;
  std::atomic<bool> refuses = false;     // the target
  std::atomic<int> asks_before_done{0};  // of the target
  std::atomic<int> restored_version{0};
  std::atomic<int> prepared_version{0};  // of the sink
  std::mutex mutex;
  uint64_t altered_to = 1;
  std::map<int64_t, size_t> columns;  // of each row that is visible
  std::vector<std::string> mistakes;
};

class ChangingReader final : public Reader {
 public:
  ChangingReader(Table& table, const Split& split) : table_(table) {
    ByteReader in(split.position);
    next_ = in.I64();
    version_ = in.U64();
  }
  Result<Poll> Read(Emitter& out, Deadline /*until*/) override {
    if (next_ == kChangeBefore && version_ == 1) return Poll::kSchemaChange;
    if (next_ == kRows) return Poll::kDone;
    if (next_ == kRows - 10 && table_.fails_behind_change.exchange(false)) {
      return Fail(Code::kUnavailable, "the source went away");
    }
    ChunkBuilder builder(Versioned(version_));
    for (size_t i = 0; i < version_; ++i) builder.column(i).Append<int64_t>(next_);
    builder.EndRow(RowKind::kInsert);
    ++next_;
    out.Emit(builder.Finish(0));
    return Poll::kMore;
  }
  Status Flush(Emitter& /*out*/) override { return {}; }
  Split Save() const override { return At(next_, version_); }
  Result<SchemaChange> TakeSchemaChange() override {
    ++version_;
    return SchemaChange{Versioned(1), Versioned(2), "ALTER TABLE numbers ADD twice BIGINT"};
  }
  static Split At(int64_t next, uint64_t version) {
    ByteWriter out;
    out.I64(next).U64(version);
    return {"all", std::move(out).Take()};
  }

 private:
  Table& table_;
  int64_t next_ = 0;
  uint64_t version_ = 1;
};

class ChangingEnumerator final : public SplitEnumerator {
 public:
  explicit ChangingEnumerator(const std::optional<Bytes>& saved) {
    if (!saved) return;
    ByteReader in(*saved);
    version_ = in.U64();
    given_ = in.Bool();
  }
  Result<std::vector<Split>> Next(size_t /*want*/) override {
    if (std::exchange(given_, true)) return std::vector<Split>{};
    return std::vector<Split>{ChangingReader::At(0, 1)};
  }
  Status OnFinished(const Split&, const Bytes&) override { return {}; }
  Status OnSchemaChange(const SchemaChange& change) override {
    version_ = change.after->version;
    return {};
  }
  Bytes Save() override {
    ByteWriter out;
    out.U64(version_).Bool(given_);
    return std::move(out).Take();
  }
  bool done() const override { return given_; }

 private:
  uint64_t version_ = 1;
  bool given_ = false;
};

class ChangingSource final : public Source {
 public:
  explicit ChangingSource(Table& table) : table_(table) {}
  Boundedness boundedness() const override { return Boundedness::kBounded; }
  bool passes_schema_changes() const override { return true; }
  Result<std::vector<SchemaRef>> Discover(Context&) override {
    return std::vector<SchemaRef>{Versioned(1)};
  }
  Result<std::vector<SchemaRef>> Restore(Context&, const Bytes& saved) override {
    const uint64_t version = ByteReader(saved).U64();
    table_.restored_version = static_cast<int>(version);
    return std::vector<SchemaRef>{Versioned(version)};
  }
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context&,
                                                     std::optional<Bytes> saved) override {
    return std::make_unique<ChangingEnumerator>(saved);
  }
  Result<std::unique_ptr<Reader>> Open(Context&, Split split) override {
    return std::make_unique<ChangingReader>(table_, split);
  }
  std::string Identity() const override { return "changing"; }

 private:
  Table& table_;
};

// Rows are visible at once, so what the target holds when it is altered can be looked at.
class ChangingWriter final : public Writer {
 public:
  explicit ChangingWriter(Table& table) : table_(table) {}
  Status Write(const Chunk& chunk) override {
    const std::lock_guard lock(table_.mutex);
    const uint64_t version = chunk.schema()->version;
    if (version != table_.altered_to) table_.mistakes.push_back("a row of another schema");
    for (uint32_t row = 0; row < chunk.rows(); ++row) {
      table_.columns[chunk.column(0).value<int64_t>(row)] = chunk.column_count();
    }
    return {};
  }
  Status Rebind(const SchemaChange& change) override {
    const std::lock_guard lock(table_.mutex);
    if (change.after->version != table_.altered_to) table_.mistakes.push_back("not altered yet");
    return {};
  }
  Status Seal(CheckpointId) override { return {}; }
  Result<std::optional<Prepared>> PollPrepared(CheckpointId) override { return Prepared(); }

 private:
  Table& table_;
};

class ChangingCommitter final : public Committer {
 public:
  explicit ChangingCommitter(Table& table) : table_(table) {}
  Status Commit(CheckpointId, std::span<const Prepared>) override { return {}; }
  Status AbortOrphans(const OrphanRange&) override { return {}; }
  Status Apply(const SchemaChange& change) override {
    if (table_.refuses) return {Code::kSchemaMismatch, "the table cannot have two columns"};
    if (table_.asks_before_done-- > 0) return {Code::kTimeout, "the table is being altered"};
    const std::lock_guard lock(table_.mutex);
    if (table_.columns.size() != kChangeBefore) table_.mistakes.push_back("altered too early");
    table_.altered_to = change.after->version;
    return {};
  }

 private:
  Table& table_;
};

class ChangingSink final : public Sink {
 public:
  explicit ChangingSink(Table& table) : table_(table) {}
  Delivery delivery() const override { return Delivery::kAtLeastOnce; }
  Status Prepare(Context&, std::span<const SchemaRef> tables, bool) override {
    table_.prepared_version = static_cast<int>(tables[0]->version);
    return {};
  }
  bool replay_converges(std::string*) const override { return true; }
  bool follows_schema_changes() const override { return true; }
  Result<TablePath> Target(const Schema& table) const override { return table.path; }
  Result<std::unique_ptr<Writer>> Open(Context&, uint32_t) override {
    return std::make_unique<ChangingWriter>(table_);
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context&) override {
    return std::make_unique<ChangingCommitter>(table_);
  }
  std::string Identity() const override { return "memory"; }

 private:
  Table& table_;
};

class JobRunnerChangesTest : public MemoryEndsTest {
 protected:
  JobSummary RunJob(uint32_t parallelism) {
    JobPlan plan = PlanOf(std::make_unique<ChangingSource>(table_),
                          std::make_unique<ChangingSink>(table_), parallelism);
    plan.env.checkpoint_interval_ms = checkpoint_interval_ms_;
    plan.env.job_retry_times = retry_times_;
    plan.env.job_retry_interval_seconds = retry_interval_seconds_;
    return JobRunner(std::move(plan), JobRunOptions{dir_ + "/state", false},
                     RunnerDeps{*env_, http_, sql_, phases_})
        .Run();
  }
  void ExpectEveryRow() {
    EXPECT_THAT(table_.mistakes, testing::IsEmpty());
    ASSERT_EQ(table_.columns.size(), static_cast<size_t>(kRows));
    for (const auto& [row, columns] : table_.columns) {
      EXPECT_EQ(columns, row < kChangeBefore ? 1U : 2U) << row;
    }
  }

  Table table_;
};

TEST_F(JobRunnerChangesTest, RowsBehindAChangeComeWithTheNewSchema) {
  const JobSummary summary = RunJob(1);
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  ExpectEveryRow();
}

TEST_F(JobRunnerChangesTest, SeveralReadersAndWritersWaitForTheChange) {
  table_.asks_before_done = 1;
  const JobSummary summary = RunJob(3);
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  ExpectEveryRow();
}

TEST_F(JobRunnerChangesTest, ARunBehindTheChangeStartsWithTheSchemaOfItsCheckpoint) {
  table_.fails_behind_change = true;
  checkpoint_interval_ms_ = 1;
  const JobSummary summary = RunJob(1);
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  EXPECT_EQ(summary.progress.restarts, 1);
  EXPECT_GE(table_.restored_version, 1);
  EXPECT_EQ(table_.prepared_version, table_.restored_version);
}

TEST_F(JobRunnerChangesTest, AnAlterationThatIsRefusedEndsTheJobWithEverythingBeforeIt) {
  table_.refuses = true;
  const JobSummary refused = RunJob(1);
  EXPECT_EQ(refused.outcome, Outcome::kFailed);
  EXPECT_EQ(refused.status.message(), "the table cannot have two columns");
  EXPECT_EQ(refused.progress.restarts, 0);
  EXPECT_EQ(table_.columns.size(), static_cast<size_t>(kChangeBefore));
  // Once it can be done, the same job goes on.
  table_.refuses = false;
  const JobSummary summary = RunJob(1);
  EXPECT_EQ(summary.outcome, Outcome::kFinished) << summary.status.ToString();
  EXPECT_EQ(table_.restored_version, 1);
  ExpectEveryRow();
}

}  // namespace
}  // namespace sluice
