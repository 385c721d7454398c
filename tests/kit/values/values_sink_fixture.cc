// SPDX-License-Identifier: Apache-2.0
#include "kit/sink_rows.h"
#include "kit/values/values_sink.h"

namespace sluice::kit {
namespace {

class ValuesSinkFixture final : public SinkFixture {
 public:
  explicit ValuesSinkFixture(ValuesSinkSetup setup) : setup_(setup), target_(setup.upserts) {}

  Status Reset() override {
    target_.Clear();
    return {};
  }
  Result<std::unique_ptr<Sink>> Make(Host& host) override {
    const bool hides = setup_.bug == SinkBug::kHidesCalls && ++sinks_ > 1;
    return MakeValuesSink(target_, hides ? hidden_ : host.faults(), setup_.bug, kValuesPassword);
  }
  Result<Contents> Visible() override { return target_.Visible(); }
  Result<int> OpenWork() override { return target_.Open(); }
  bool upserts() const override { return setup_.upserts; }
  ChunkPtr BadRows() const override {
    return MakeChunk(SinkTables()[0],
                     {{.id = 6, .name = "fine"}, {.id = 7, .name = ValuesTarget::kRefused}});
  }
  std::vector<std::string> bad_row_words() const override { return {"kit.first", "7", "refused"}; }
  std::string secret() const override { return kValuesPassword; }
  std::vector<Status> Refusals(Host& host) override {
    const auto sink = MakeValuesSink(target_, host.faults(), setup_.bug,
                                     std::string(kValuesPassword) + " and more");
    return {sink->Prepare(host.ctx(), tables(), true)};
  }
  int turns_max() const override { return 20; }

 private:
  const ValuesSinkSetup setup_;
  ValuesTarget target_;
  int sinks_ = 0;  // made
  Faults hidden_;
};

const bool kRegistered =
    Register(SinkCase{"ValuesByKey", [] { return MakeValuesSinkFixture({}); }}) &&
    Register(SinkCase{"ValuesAppended", [] { return MakeValuesSinkFixture({.upserts = false}); }});

}  // namespace

std::unique_ptr<SinkFixture> MakeValuesSinkFixture(ValuesSinkSetup setup) {
  return std::make_unique<ValuesSinkFixture>(setup);
}

}  // namespace sluice::kit
