// SPDX-License-Identifier: Apache-2.0
#include "kit/values/values_source.h"

#include <fmt/format.h>

#include "kit/values/values_reader.h"

namespace sluice::kit {
namespace {

constexpr int64_t kRange = 4;  // ids of a split
constexpr uint64_t kVersion = 1;

std::vector<ValuesPosition> Ranges(const ValuesStore& store, size_t place, SourceBug bug) {
  std::vector<ValuesPosition> out;
  for (size_t table = 0; table < ValuesStore::Tables().size(); ++table) {
    const ValuesRows rows = store.At(place, table);
    if (rows.empty()) continue;
    for (int64_t from = rows.begin()->first; from <= rows.rbegin()->first; from += kRange) {
      const int64_t to = from + kRange + (bug == SourceBug::kSplitsOverlap ? 1 : 0);
      out.push_back({.place = place, .table = table, .next = from, .end = to});
    }
  }
  return out;
}

class ValuesEnumerator final : public SplitEnumerator {
 public:
  ValuesEnumerator(const ValuesStore& store, size_t place, SourceBug bug)
      : store_(store), place_(place), bug_(bug), ranges_(Ranges(store_, place_, bug_)) {}

  Status Restore(const Bytes& saved) {
    ByteReader in(saved);
    const uint64_t version = in.U64();
    place_ = in.U64();
    given_ = in.U64();
    finished_ = in.U64();
    log_given_ = in.Bool();
    RETURN_IF_ERROR(in.Finish("the state of the values source"));
    if (version != kVersion) return {Code::kCorruption, "a state of another version"};
    ranges_ = Ranges(store_, place_, bug_);
    return {};
  }
  Result<std::vector<Split>> Next(size_t want) override {
    std::vector<Split> out;
    while (out.size() < want && given_ < ranges_.size()) {
      out.push_back({fmt::format("range-{}", given_), Encode(ranges_[given_])});
      ++given_;
    }
    if (want == 0 || finished_ < ranges_.size() || log_given_) return out;
    log_given_ = true;
    out.push_back({kValuesLog, Encode(ValuesPosition{.log = true, .place = place_})});
    return out;
  }
  Status OnFinished(const Split& /*split*/, const Bytes& /*report*/) override {
    ++finished_;
    return {};
  }
  Bytes Save() override {
    ByteWriter out;
    out.U64(kVersion).U64(place_).U64(given_).U64(finished_).Bool(log_given_);
    return std::move(out).Take();
  }
  bool done() const override { return false; }

 private:
  const ValuesStore& store_;
  size_t place_;
  SourceBug bug_;
  std::vector<ValuesPosition> ranges_;
  uint64_t given_ = 0;
  uint64_t finished_ = 0;
  bool log_given_ = false;
};

class ValuesSource final : public Source {
 public:
  ValuesSource(ValuesStore& store, Faults& faults, SourceBug bug, ValuesAccount account)
      : store_(store), faults_(faults), bug_(bug), account_(std::move(account)) {}
  ~ValuesSource() override {
    if (late_wake_) late_wake_();
  }

  Boundedness boundedness() const override { return Boundedness::kUnbounded; }
  Result<std::vector<SchemaRef>> Discover(Context& /*ctx*/) override {
    if (account_.password != ValuesAccount().password) {
      const std::string shown = bug_ == SourceBug::kTellsSecret ? account_.password : "***";
      return Fail(Code::kInvalidConfig,
                  fmt::format("the values store refuses {} with {}", account_.user, shown));
    }
    return ValuesStore::Tables();
  }
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context& /*ctx*/,
                                                     std::optional<Bytes> saved) override {
    auto enumerator = std::make_unique<ValuesEnumerator>(store_, store_.log_size(), bug_);
    if (saved) RETURN_IF_ERROR(enumerator->Restore(*saved));
    return enumerator;
  }
  Result<std::unique_ptr<Reader>> Open(Context& ctx, Split split) override {
    if (bug_ == SourceBug::kWakesAfterItsEnd) late_wake_ = ctx.wake;
    return OpenValuesReader(store_, faults_, bug_, std::move(split));
  }
  std::string Identity() const override {
    if (bug_ != SourceBug::kUnstableIdentity) return "values";
    static int count = 0;
    return fmt::format("values {}", ++count);
  }

 private:
  ValuesStore& store_;
  Faults& faults_;
  const SourceBug bug_;
  const ValuesAccount account_;
  std::function<void()> late_wake_;
};

}  // namespace

std::unique_ptr<Source> MakeValuesSource(ValuesStore& store, Faults& faults, SourceBug bug,
                                         ValuesAccount account) {
  return std::make_unique<ValuesSource>(store, faults, bug, std::move(account));
}

}  // namespace sluice::kit
