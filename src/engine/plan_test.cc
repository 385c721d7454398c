// SPDX-License-Identifier: Apache-2.0
#include "engine/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using testing::HasSubstr;

struct Facts {
  Replay replay = Replay::kExact;
  std::string replay_note;
  Boundedness boundedness = Boundedness::kBounded;
  Delivery delivery = Delivery::kTwoPhase;
  bool converges = true;
  bool passes_changes = false;
  bool follows_changes = false;
};

class TestSource final : public Source {
 public:
  explicit TestSource(const Facts& facts) : facts_(facts) {}
  Boundedness boundedness() const override { return facts_.boundedness; }
  Replay replay() const override { return facts_.replay; }
  std::string replay_note() const override { return facts_.replay_note; }
  bool passes_schema_changes() const override { return facts_.passes_changes; }
  Result<std::vector<SchemaRef>> Discover(Context&) override { return std::vector<SchemaRef>{}; }
  Result<std::unique_ptr<SplitEnumerator>> Enumerate(Context&, std::optional<Bytes>) override {
    return Fail(Code::kInternal, "not expected");
  }
  Result<std::unique_ptr<Reader>> Open(Context&, Split) override {
    return Fail(Code::kInternal, "not expected");
  }
  std::string Identity() const override { return "source"; }

 private:
  const Facts facts_;
};

class TestSink final : public Sink {
 public:
  explicit TestSink(const Facts& facts) : facts_(facts) {}
  Delivery delivery() const override { return facts_.delivery; }
  Status Prepare(Context&, std::span<const SchemaRef>, bool) override { return {}; }
  bool replay_converges(std::string* why) const override {
    if (why != nullptr && !facts_.converges) *why = "rows are appended";
    return facts_.converges;
  }
  Result<TablePath> Target(const Schema& table) const override { return table.path; }
  Result<std::unique_ptr<Writer>> Open(Context&, uint32_t) override {
    return Fail(Code::kInternal, "not expected");
  }
  Result<std::unique_ptr<Committer>> OpenCommitter(Context&) override {
    return Fail(Code::kInternal, "not expected");
  }
  bool follows_schema_changes() const override { return facts_.follows_changes; }
  std::string Identity() const override { return "sink"; }

 private:
  const Facts facts_;
};

struct Built {
  JobPlan plan;
  std::string errors;
};

Built Build(const Facts& facts, const std::string& env = "",
            const std::string& rest = "source { From {} }\nsink { To {} }") {
  Registry registry;
  registry.Add({.kind = PluginKind::kSource,
                .name = "From",
                .make_source = [&](const PluginConfig&, const EnvOptions&, Diagnostics&) {
                  return std::make_unique<TestSource>(facts);
                }});
  registry.Add({.kind = PluginKind::kSink,
                .name = "To",
                .make_sink = [&](const PluginConfig&, const EnvOptions&, Diagnostics&) {
                  return std::make_unique<TestSink>(facts);
                }});
  Diagnostics diagnostics;
  const JobFile job = ParseJobFile(Env::Default(), "env { " + env + " }\n" + rest,
                                   {.path = "job.conf"}, diagnostics);
  Built built;
  if (diagnostics.ok()) built.plan = BuildPlan(registry, job, diagnostics);
  built.errors = diagnostics.ToStatus().message();
  return built;
}

TEST(PromiseTest, IsTheStrongestThatBothEndsGive) {
  EXPECT_TRUE(Build({}).plan.promise.exactly_once);
  EXPECT_FALSE(Build({.replay = Replay::kNone}).plan.promise.exactly_once);
  EXPECT_FALSE(Build({.delivery = Delivery::kAtLeastOnce}).plan.promise.exactly_once);
}

TEST(PromiseTest, ASnapshotThatMayComeTwiceIsExactOnlyIntoUpserts) {
  EXPECT_TRUE(Build({.replay_note = "read again"}).plan.promise.exactly_once);
  const Promise promise = Build({.replay_note = "read again", .converges = false}).plan.promise;
  EXPECT_FALSE(promise.exactly_once);
  EXPECT_THAT(promise.why, HasSubstr("read again, but rows are appended"));
}

TEST(PromiseTest, MoreThanBothEndsGiveIsRefusedWithTheReason) {
  const std::string exactly = "delivery.guarantee = EXACTLY_ONCE";
  EXPECT_EQ(Build({}, exactly).errors, "");
  EXPECT_THAT(Build({.replay = Replay::kNone}, exactly).errors,
              HasSubstr("from From to To: the source cannot read the same rows again"));
  EXPECT_THAT(Build({.delivery = Delivery::kAtLeastOnce}, exactly).errors,
              HasSubstr("before their checkpoint"));
  EXPECT_THAT(Build({.replay_note = "read again", .converges = false}, exactly).errors,
              HasSubstr("rows are appended"));
}

TEST(PromiseTest, AJobMayAskForLess) {
  const Built built = Build({}, "delivery.guarantee = AT_LEAST_ONCE");
  EXPECT_EQ(built.errors, "");
  EXPECT_FALSE(built.plan.promise.exactly_once);
}

TEST(BuildPlanTest, ChangesOfSchemaGoOnlyToASinkThatFollows) {
  EXPECT_THAT(Build({.passes_changes = true}, "").errors,
              HasSubstr("source 'From' passes changes of schema on (schema-changes.enabled), which "
                        "sink 'To' does not follow"));
  EXPECT_EQ(Build({.passes_changes = true, .follows_changes = true}, "").errors, "");
}

TEST(BuildPlanTest, AnEndlessSourceIsNoBatch) {
  const Facts endless{.boundedness = Boundedness::kUnbounded};
  EXPECT_THAT(Build(endless, "job.mode = BATCH").errors, HasSubstr("job.mode = \"STREAMING\""));
  EXPECT_EQ(Build(endless, "job.mode = STREAMING").errors, "");
}

TEST(BuildPlanTest, UnknownPluginsAreNamed) {
  EXPECT_THAT(Build({}, "", "source { Form {} }\nsink { To {} }").errors,
              HasSubstr("there is no source plugin 'Form'"));
}

constexpr char kGraph[] = R"(
  source { From { plugin_output = a }
           From { plugin_output = b, parallelism = 3 } }
  sink { To { plugin_input = a }
         To { plugin_input = [b, a] }
         To { plugin_input = [b], parallelism = 2 } })";

TEST(BuildPlanTest, EveryWayThroughTheGraphIsARoute) {
  const Built built = Build({}, "", kGraph);
  EXPECT_EQ(built.errors, "");
  EXPECT_THAT(built.plan.routes, testing::ElementsAre(Route{0, {}, 0}, Route{0, {}, 1},
                                                      Route{1, {}, 1}, Route{1, {}, 2}));
}

TEST(BuildPlanTest, ASinkHasTheWritersOfItsWidestSourceOrItsOwn) {
  const JobPlan plan = Build({}, "", kGraph).plan;
  EXPECT_EQ(plan.readers(), 4U);
  EXPECT_EQ(plan.sinks[0].parallelism, 1U);
  EXPECT_EQ(plan.sinks[1].parallelism, 3U);
  EXPECT_EQ(plan.sinks[2].parallelism, 2U);
  EXPECT_EQ(plan.writers(), 6U);
}

TEST(PromiseTest, OfSeveralWaysIsTheWeakest) {
  const Promise promise = Build({.delivery = Delivery::kAtLeastOnce}, "", kGraph).plan.promise;
  EXPECT_FALSE(promise.exactly_once);
  EXPECT_THAT(promise.why, testing::StartsWith("from From to To the sink makes rows visible"));
}

TEST(BuildPlanTest, ParallelismIsTheSourcesOrTheJobs) {
  EXPECT_EQ(Build({}, "parallelism = 3").plan.readers(), 3U);
  EXPECT_EQ(Build({}, "parallelism = 3", "source { From { parallelism = 2 } }\nsink { To {} }")
                .plan.readers(),
            2U);
}

}  // namespace
}  // namespace sluice
