// SPDX-License-Identifier: Apache-2.0
#include "starrocks/commit_logic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <set>

#include "starrocks/labels.h"

namespace sluice::starrocks {
namespace {

using enum TxnState;
using testing::HasSubstr;

const PreparedTxn kTxn{"ods", "orders", "L", 42, 1000};
const Status kLost(Code::kTimeout, "no answer");
const Status kSaidNo(Code::kExhausted, "FAILED publish timeout");

// Answers what was written down, in order; asking for more fails the test.
class Script final : public TransactionApi {
 public:
  std::deque<Result<TxnState>> states;
  std::deque<Status> commits;
  std::deque<Status> rollbacks;

  Result<TxnState> State(const std::string&, const std::string&) override { return Take(states); }
  Status Commit(const std::string&, const std::string&, const std::string&) override {
    return Take(commits);
  }
  Status Rollback(const std::string&, const std::string&, const std::string&) override {
    return Take(rollbacks);
  }
  bool used_up() const { return states.empty() && commits.empty() && rollbacks.empty(); }

 private:
  template <typename T>
  static T Take(std::deque<T>& answers) {
    if (answers.empty()) {
      ADD_FAILURE() << "a call that was not expected";
      return T(internal::AsReturn{Status(Code::kInternal, "not expected")});
    }
    T answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
};

struct CommitCase {
  const char* name;
  std::deque<Result<TxnState>> states;
  std::deque<Status> commits;
  Code wanted;
};

TEST(CommitLabelTest, OnlyAnOkOrAKnownStateCountsAsCommitted) {
  const Result<TxnState> no_answer = Fail(kLost);
  const std::vector<CommitCase> cases = {
      {"prepared and said OK", {kPrepared}, {Status()}, Code::kOk},
      {"already committed", {kCommitted}, {}, Code::kOk},
      {"already visible", {kVisible}, {}, Code::kOk},
      {"aborted before", {kAborted}, {}, Code::kCommitLost},
      {"unknown before", {kUnknown}, {}, Code::kCommitLost},
      // A commit would make half of it visible in one step.
      {"still open", {kPrepare}, {}, Code::kCommitLost},
      {"state not told", {no_answer}, {}, Code::kTimeout},
      {"answer lost, committed", {kPrepared, kCommitted}, {kLost}, Code::kOk},
      {"answer lost, visible", {kPrepared, kVisible}, {kLost}, Code::kOk},
      {"answer lost, not acted upon", {kPrepared, kPrepared}, {kLost}, Code::kUnavailable},
      {"answer lost, state not told", {kPrepared, no_answer}, {kLost}, Code::kTimeout},
      {"answer lost, aborted", {kPrepared, kAborted}, {kLost}, Code::kCommitLost},
      {"answer lost, forgotten", {kPrepared, kUnknown}, {kLost}, Code::kCommitLost},
      {"publish timeout", {kPrepared, kCommitted}, {kSaidNo}, Code::kOk},
      {"said no, still prepared", {kPrepared, kPrepared}, {kSaidNo}, Code::kUnavailable},
      {"said no, aborted", {kPrepared, kAborted}, {kSaidNo}, Code::kCommitLost},
  };
  for (const CommitCase& one : cases) {
    Script script;
    script.states = one.states;
    script.commits = one.commits;
    EXPECT_EQ(CommitLabel(script, kTxn).code(), one.wanted) << one.name;
    EXPECT_TRUE(script.used_up()) << one.name;
  }
}

TEST(CommitLabelTest, LostWorkIsNamed) {
  Script script;
  script.states = {kAborted};
  const std::string message(CommitLabel(script, kTxn).message());
  EXPECT_THAT(message, HasSubstr("transaction L of table ods.orders"));
  EXPECT_THAT(message, HasSubstr("42 rows"));
  EXPECT_THAT(message, HasSubstr("ABORTED"));
}

TEST(CommitLabelTest, NotYetCommittedIsAskedForAgain) {
  Script script;
  script.states = {kPrepared, kPrepared};
  script.commits = {kSaidNo};
  EXPECT_EQ(CommitLabel(script, kTxn).retry(), Retry::kInPlace);
}

TEST(CommitOpenLabelTest, OnlyAnOkOrAKnownStateCountsAsCommitted) {
  const Result<TxnState> no_answer = Fail(kLost);
  const Status unfit(Code::kSchemaMismatch, "too many filtered rows");
  const std::vector<CommitCase> cases = {
      {"said OK", {}, {Status()}, Code::kOk},
      {"answer lost, visible", {kVisible}, {kLost}, Code::kOk},
      {"publish timeout", {kCommitted}, {kSaidNo}, Code::kOk},
      {"answer lost, not acted upon yet", {kPrepare}, {kLost}, Code::kUnavailable},
      {"answer lost, between its two steps", {kPrepared}, {kLost}, Code::kUnavailable},
      {"said no, still open", {kPrepare}, {kSaidNo}, Code::kUnavailable},
      {"answer lost, state not told", {no_answer}, {kLost}, Code::kTimeout},
      // For certain not committed: the rows may be written under another label.
      {"answer lost, aborted", {kAborted}, {kLost}, Code::kExhausted},
      {"answer lost, lost with the leader", {kUnknown}, {kLost}, Code::kExhausted},
      {"said no, aborted", {kAborted}, {kSaidNo}, Code::kExhausted},
      {"rows that do not fit", {kAborted}, {unfit}, Code::kSchemaMismatch},
  };
  for (const CommitCase& one : cases) {
    Script script;
    script.states = one.states;
    script.commits = one.commits;
    EXPECT_EQ(CommitOpenLabel(script, kTxn).code(), one.wanted) << one.name;
    EXPECT_TRUE(script.used_up()) << one.name;
  }
}

struct AbortCase {
  const char* name;
  std::deque<Result<TxnState>> states;
  std::deque<Status> rollbacks;
  Code wanted;
  bool noted = false;
};

TEST(AbortLabelTest, OnlyAbortedOrUnknownCountsAsGone) {
  const Result<TxnState> no_answer = Fail(kLost);
  const std::vector<AbortCase> cases = {
      {"never begun", {kUnknown}, {}, Code::kOk},
      {"aborted", {kAborted}, {}, Code::kOk},
      {"open", {kPrepare}, {Status()}, Code::kOk},
      {"prepared", {kPrepared}, {Status()}, Code::kOk},
      {"answer lost, aborted", {kPrepared, kAborted}, {kLost}, Code::kOk},
      {"open, lost with its leader", {kPrepare, kUnknown}, {kSaidNo}, Code::kOk},
      {"answer lost, still open", {kPrepare, kPrepare}, {kLost}, Code::kUnavailable},
      {"answer lost, still prepared", {kPrepared, kPrepared}, {kLost}, Code::kUnavailable},
      {"answer lost, state not told", {kPrepared, no_answer}, {kLost}, Code::kTimeout},
      {"state not told", {no_answer}, {}, Code::kTimeout},
      {"visible", {kVisible}, {}, Code::kOk, true},
      {"committed", {kCommitted}, {}, Code::kOk, true},
      {"committed meanwhile", {kPrepared, kVisible}, {kSaidNo}, Code::kOk, true},
  };
  for (const AbortCase& one : cases) {
    Script script;
    script.states = one.states;
    script.rollbacks = one.rollbacks;
    std::string note;
    EXPECT_EQ(AbortLabel(script, kTxn, &note).code(), one.wanted) << one.name;
    EXPECT_EQ(!note.empty(), one.noted) << one.name << ": " << note;
    EXPECT_TRUE(script.used_up()) << one.name;
  }
}

TEST(WorkTest, IsReadAsItWasWritten) {
  const std::vector<PreparedTxn> work = {kTxn, {"ods", "t", std::string("a\0b", 3), 0, 0}};
  EXPECT_EQ(DecodeWork(EncodeWork(work)).value(), work);
  EXPECT_EQ(EncodeWork({}), "");
  EXPECT_TRUE(DecodeWork("").value().empty());
}

TEST(WorkTest, DamagedWorkIsRefused) {
  const Prepared good = EncodeWork(std::vector{kTxn});
  for (size_t size = 1; size < good.size(); ++size) {
    EXPECT_FALSE(DecodeWork(good.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(DecodeWork(good + "x").has_value());
  EXPECT_EQ(DecodeWork("\x7f" + good.substr(1)).error().code(), Code::kUnsupported);
}

TEST(OrphanLabelsTest, AreAllThatTheRangeMayHaveLeft) {
  const std::vector<TableName> tables = {{"ods", "a"}, {"ods", "b"}};
  const std::string name = LabelName("", "j");
  const auto orphans =
      OrphanLabels(name, {.run = 5, .first = 10, .last = 12, .writers = 2}, tables);
  std::set<std::string> wanted;
  for (CheckpointId id = 10; id <= 12; ++id) {
    for (uint32_t writer = 0; writer < 2; ++writer) {
      for (uint32_t attempt = 0; attempt < kTriesMax; ++attempt) {
        for (const TableName& table : tables) {
          wanted.insert(Label(name, {5, id, writer, attempt}, table.database, table.table));
        }
      }
    }
  }
  std::set<std::string> got;
  for (const PreparedTxn& txn : orphans) got.insert(txn.label);
  EXPECT_EQ(got, wanted);
  EXPECT_EQ(orphans.size(), wanted.size());
}

TEST(OrphansAmongTest, AreTheRunningOnesOfTheRange) {
  const std::vector<TableName> tables = {{"ods", "a"}, {"ods", "b"}};
  const std::string name = LabelName("", "j");
  const auto label = [&](LabelParts parts, const char* table) {
    return Label(name, parts, "ods", table);
  };
  const std::vector<std::string> inside = {label({5, 10, 0, 0}, "a"), label({5, 12, 1, 9999}, "b")};
  std::vector<std::string> running = {"insert_77",
                                      label({4, 10, 0, 0}, "a"),
                                      label({6, 10, 0, 0}, "a"),
                                      label({5, 9, 0, 0}, "a"),
                                      label({5, 13, 0, 0}, "a"),
                                      label({5, 10, 2, 0}, "a"),
                                      label({5, 10, 0, 0}, "c"),
                                      Label(LabelName("", "k"), {5, 10, 0, 0}, "ods", "a")};
  running.insert(running.end(), inside.begin(), inside.end());
  std::vector<std::string> got;
  for (const PreparedTxn& txn :
       OrphansAmong(running, name, {.run = 5, .first = 10, .last = 12, .writers = 2}, tables)) {
    got.push_back(txn.table + " " + txn.label);
  }
  EXPECT_THAT(got, testing::ElementsAre("a " + inside[0], "b " + inside[1]));
}

TEST(CombineTest, OnePieceThatIsLostDoesNotKeepTheOthers) {
  Script script;
  script.states = {kAborted, kPrepared, kUnknown};
  script.commits = {Status()};
  const std::vector<PreparedTxn> work = {
      {"ods", "a", "LA", 1, 1}, {"ods", "b", "LB", 1, 1}, {"ods", "c", "LC", 1, 1}};
  std::vector<Status> outcomes;
  for (const PreparedTxn& txn : work) outcomes.push_back(CommitLabel(script, txn));
  const Status status = Combine(outcomes);
  EXPECT_EQ(status.code(), Code::kCommitLost);
  EXPECT_THAT(std::string(status.message()), HasSubstr("LA"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("LC"));
  EXPECT_TRUE(script.used_up());
}

TEST(CombineTest, LostWorkOutweighsWhatMayStillPass) {
  const Status lost(Code::kCommitLost, "gone");
  EXPECT_EQ(Combine(std::vector{Status(), Status()}).code(), Code::kOk);
  EXPECT_EQ(Combine(std::vector{Status(), kLost, kSaidNo}).code(), Code::kTimeout);
  EXPECT_EQ(Combine(std::vector{kLost, lost}).code(), Code::kCommitLost);
}

}  // namespace
}  // namespace sluice::starrocks
