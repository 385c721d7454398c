// SPDX-License-Identifier: Apache-2.0
#include "engine/dead_letter_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <semaphore>

#include "api/forwarding_sink.h"
#include "engine/memory_ends_for_tests.h"

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Refuses the first row of every chunk.
class PickyWriter final : public ForwardingWriter {
 public:
  using ForwardingWriter::ForwardingWriter;
  std::vector<RefusedRow> Refused(const Chunk& /*chunk*/) override {
    return {{0, "n", "it is the first"}};
  }
};
class PickySink final : public ForwardingSink {
 public:
  using ForwardingSink::ForwardingSink;
  Result<std::unique_ptr<Writer>> Open(Context& ctx, uint32_t writer) override {
    ASSIGN_OR_RETURN(auto own, ForwardingSink::Open(ctx, writer));
    return std::make_unique<PickyWriter>(std::move(own));
  }
};

class DeadLetterSinkTest : public testing::Test {
 protected:
  DeadLetterSinkTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "sluice-letters-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ctx_.wake = [this] { woken_.release(); };
    sink_ = WithDeadLetters(std::make_unique<PickySink>(std::make_unique<TargetSink>(target_)),
                            {.policy = BadRows::kDeadLetter, .folder = folder_ + "/letters"});
    EXPECT_TRUE(sink_->Prepare(ctx_, {}, true).ok());
    committer_ = std::move(*sink_->OpenCommitter(ctx_));
    Prepare();
  }
  ~DeadLetterSinkTest() override { std::filesystem::remove_all(folder_); }

  // The first checkpoint: of the numbers 1 and 2, the second of which is taken.
  void Prepare() {
    ChunkBuilder rows(NumbersSchema());
    for (const int64_t number : {1, 2}) {
      for (size_t i = 0; i < rows.schema()->columns.size(); ++i) {
        rows.column(i).Append<int64_t>(number);
      }
      rows.EndRow(RowKind::kInsert);
    }
    const auto writer = std::move(*sink_->Open(ctx_, 0));
    ASSERT_TRUE(writer->Write(*rows.Finish(0)).ok());
    ASSERT_TRUE(writer->Seal(1).ok());
    while (true) {
      auto prepared = writer->PollPrepared(1);
      ASSERT_TRUE(prepared) << prepared.error().ToString();
      if (*prepared) {
        work_ = {**prepared};
        return;
      }
      woken_.acquire();
    }
  }
  Status Commit() { return committer_->Commit(1, work_); }

  std::counting_semaphore<> woken_{0};
  NoHttp http_;
  NoSql sql_;
  NoPhases phases_;
  Context ctx_{.env = Env::Default(),
               .http = http_,
               .sql = sql_,
               .phases = phases_,
               .cancel = {},
               .job_id = "job"};
  std::string folder_;
  MemoryTarget target_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<Committer> committer_;
  std::vector<Prepared> work_;
  std::string visible_ = "/letters/letters-1-0-0.jsonl";
};

TEST_F(DeadLetterSinkTest, LettersThatWereTakenBeforeTheConfirmationAreCommitted) {
  target_.commits_before_failure = 0;
  EXPECT_EQ(Commit().code(), Code::kTimeout);
  // They are visible by now, and whoever replays or deletes them need not wait for the sink.
  ASSERT_TRUE(std::filesystem::remove(folder_ + visible_));
  const Status again = Commit();
  EXPECT_TRUE(again.ok()) << again.ToString();
  EXPECT_THAT(target_.Visible(), ElementsAre(2));
}

// Such as a disk that is not mounted.
TEST_F(DeadLetterSinkTest, LettersThatAreOutOfReachAreNotTaken) {
  std::filesystem::rename(folder_ + "/letters", folder_ + "/away");
  EXPECT_EQ(Commit().code(), Code::kCommitLost);
  EXPECT_THAT(target_.Visible(), ElementsAre());
  std::filesystem::rename(folder_ + "/away", folder_ + "/letters");
  EXPECT_TRUE(Commit().ok());
  EXPECT_THAT(target_.Visible(), ElementsAre(2));
  EXPECT_TRUE(std::filesystem::exists(folder_ + visible_));
}

TEST_F(DeadLetterSinkTest, LettersThatWereLostBeforeTheyWereVisibleAreNot) {
  const std::string staged = folder_ + "/letters/.uncommitted/T_job_0_0_1";
  ASSERT_TRUE(std::filesystem::remove(staged + "/letters-1-0-0.jsonl"));
  const Status status = Commit();
  EXPECT_EQ(status.code(), Code::kCommitLost);
  EXPECT_THAT(status.ToString(), HasSubstr(staged));
  EXPECT_THAT(target_.Visible(), ElementsAre());
  // As the message says.
  ASSERT_TRUE(std::filesystem::remove(staged));
  EXPECT_TRUE(Commit().ok());
}

}  // namespace
}  // namespace sluice
