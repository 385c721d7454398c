// SPDX-License-Identifier: Apache-2.0
#include "kit/values/values_fixture.h"

#include "kit/source_run.h"

namespace sluice::kit {
namespace {

constexpr size_t kItems = 0;
constexpr size_t kMarks = 1;

Int128 Greatest() {  // of DECIMAL(38, 2)
  Int128 out = 1;
  for (int i = 0; i < 38; ++i) out *= 10;
  return out - 1;
}

class ValuesFixture final : public SourceFixture {
 public:
  explicit ValuesFixture(SourceBug bug) : bug_(bug) {}

  Status Reset() override {
    store_.Clear();
    store_.Put(kItems, {1, "one", Int128{100}});
    store_.Put(kItems, {2, std::nullopt, std::nullopt});
    store_.Put(kItems, {3, "", Int128{0}});
    store_.Put(kItems, {4, "four", Greatest()});
    store_.Put(kItems, {5, "five\n\"\\", -Greatest()});
    for (int64_t id = 6; id <= 10; ++id) store_.Put(kItems, {id, "more", Int128{id}});
    store_.Put(kMarks, {0, "begin", std::nullopt});
    marks_ = 0;
    return {};
  }
  Result<std::unique_ptr<Source>> Make(Host& host) override {
    const bool hides = bug_ == SourceBug::kHidesCalls && ++sources_ > 1;
    return MakeValuesSource(store_, hides ? hidden_ : host.faults(), bug_);
  }
  Result<Contents> Expected() override { return store_.Now(); }
  bool endless(const Split& split) const override { return split.id == kValuesLog; }

  int changes() const override { return 7; }
  Status Change(int number) override {
    switch (number) {
      case 0:
        store_.Put(kItems, {11, "eleven", Int128{11}});
        break;
      case 1:
        store_.Put(kItems, {1, std::nullopt, Int128{-1}});
        break;
      case 2:
        store_.ChangeKey(kItems, 4, 40);
        break;
      case 3:
        store_.Delete(kItems, 5);
        break;
      case 4:
        for (int64_t id = 20; id < 27; ++id) store_.Put(kItems, {id, "batch", std::nullopt});
        break;
      case 5:
        store_.Put(kItems, {5, "again", Int128{5}});
        break;
      default:
        store_.Delete(kItems, 11);
        break;
    }
    return {};
  }
  Result<std::string> Mark() override {
    store_.Put(kMarks, {++marks_, "mark", std::nullopt});
    return "+I values.marks: " + std::to_string(marks_) + "|mark|null";
  }

  std::string types_table() const override { return "values.items"; }
  size_t rows_at_once() const override { return kValuesRowsAtOnce; }
  Result<int> Flood() override {
    constexpr int kRows = 30;
    for (int64_t id = 0; id < kRows; ++id) store_.Put(kItems, {100 + id, "flood", Int128{id}});
    return kRows;
  }
  Status Restart() override {
    store_.Restart();
    return {};
  }
  int turns_max() const override { return 20; }
  std::string secret() const override { return ValuesAccount().password; }
  std::vector<Status> Refusals(Host& host) override {
    ValuesAccount wrong;
    wrong.password += " and more";
    const auto source = MakeValuesSource(store_, host.faults(), bug_, wrong);
    SourceRun run(*source, host, 1);
    return {run.Start(nullptr)};
  }

 private:
  const SourceBug bug_;
  ValuesStore store_;
  int64_t marks_ = 0;
  int sources_ = 0;  // made
  Faults hidden_;
};

const bool kRegistered =
    Register(SourceCase{"Values", [] { return MakeValuesFixture(SourceBug::kNone); }});

}  // namespace

std::unique_ptr<SourceFixture> MakeValuesFixture(SourceBug bug) {
  return std::make_unique<ValuesFixture>(bug);
}

}  // namespace sluice::kit
