// SPDX-License-Identifier: Apache-2.0
// The options of every registered plugin against the laws of options, and broken plugins against
// the law that must find them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "kit/plugin_case.h"

namespace sluice::kit {
namespace {

const Registry& Plugins() {
  static const Registry registry = [] {
    Registry out;
    RegisterPlugins(out);
    return out;
  }();
  return registry;
}

class Options : public testing::TestWithParam<std::tuple<PluginCase, PluginLaw>> {};

TEST_P(Options, Keep) {
  const auto& [good, law] = GetParam();
  const Plugin* plugin = Plugins().Find(good.kind, good.name);
  ASSERT_NE(plugin, nullptr) << good.name;
  const Verdict verdict = law.holds(*plugin, good);
  if (!verdict.skipped.empty()) GTEST_SKIP() << verdict.skipped;
  EXPECT_EQ(verdict.problem, "");
}

std::string NameOf(const testing::TestParamInfo<Options::ParamType>& param) {
  const PluginCase& plugin = std::get<0>(param.param);
  // One system may be source and sink under one name.
  std::string name = plugin.name + std::string(PluginKindName(plugin.kind));
  std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0; });
  return name + "_" + std::get<1>(param.param).name;
}

INSTANTIATE_TEST_SUITE_P(Kit, Options,
                         testing::Combine(testing::ValuesIn(PluginCases()),
                                          testing::ValuesIn(PluginLaws())),
                         NameOf);

TEST(Plugins, EachHasAFixture) {
  for (const Plugin& plugin : Plugins().plugins()) {
    EXPECT_TRUE(std::ranges::any_of(
        PluginCases(),
        [&](const PluginCase& one) { return one.kind == plugin.kind && one.name == plugin.name; }))
        << PluginKindName(plugin.kind) << " " << plugin.name;
  }
}

// A plugin whose options are checked by hand, badly.
struct Account {
  std::string user;
  Secret password;
  int64_t rows = 1;
};

enum class OptionBug : uint8_t {
  kNone,
  kRefusesGood,
  kForgetsMissing,
  kMissingUnnamed,
  kTakesWrong,
  kTakesUnknown,
  kTakesRefused,
  kTellsSecret,
};

class NoTransform final : public Transform {
 public:
  Result<SchemaRef> Bind(const SchemaRef& in) override { return in; }
  Status Apply(ChunkPtr chunk, Emitter& out) override {
    out.Emit(std::move(chunk));
    return {};
  }
};

std::unique_ptr<Transform> MakeBroken(OptionBug bug, const PluginConfig& config,
                                      Diagnostics& diagnostics);

OptionSpec<Account> AccountSpec() {
  return OptionSpec<Account>("An account.")
      .Required("user", &Account::user, "Who.")
      .Required("password", &Account::password, "Its password.")
      .Optional("rows", &Account::rows, "How many.")
      .Refused("legacy", "it would change rows");
}

std::unique_ptr<Transform> MakeBroken(OptionBug bug, const PluginConfig& config,
                                      Diagnostics& diagnostics) {
  PluginConfig seen = config;
  const auto drop = [&](std::string_view key) {
    std::erase_if(*seen.options.as_object(), [&](const Field& field) { return field.key == key; });
  };
  const auto add = [&](const std::string& key) {
    if (FindField(seen.options, key) == nullptr) {
      seen.options.as_object()->push_back({key, {}, Value(std::string("x"), Origin{})});
    }
  };
  if (bug == OptionBug::kForgetsMissing) add("user");
  if (bug == OptionBug::kTakesWrong) drop("rows");
  if (bug == OptionBug::kTakesUnknown) drop("kit_unknown");
  if (bug == OptionBug::kTakesRefused) drop("legacy");
  Diagnostics mistakes;
  const auto account = AccountSpec().Parse(seen, mistakes);
  for (const Remark& error : mistakes.errors()) {
    std::string text = error.text;
    if (bug == OptionBug::kMissingUnnamed) text = "something is missing";
    if (bug == OptionBug::kTellsSecret) text += " in " + config.options.ToText();
    diagnostics.Error(error.origin, text);
  }
  if (bug == OptionBug::kRefusesGood) diagnostics.Error(config.origin, "no");
  return diagnostics.ok() ? std::make_unique<NoTransform>() : nullptr;
}

struct Mutant {
  const char* law;
  OptionBug bug;
};

const Mutant kMutants[] = {
    {"GoodOptionsAreTaken", OptionBug::kRefusesGood},
    {"MissingOptionsAreNamed", OptionBug::kForgetsMissing},
    {"MissingOptionsAreNamed", OptionBug::kMissingUnnamed},
    {"WrongValuesAreNamed", OptionBug::kTakesWrong},
    {"UnknownOptionsAreNamed", OptionBug::kTakesUnknown},
    {"RefusedOptionsAreNamed", OptionBug::kTakesRefused},
    {"SecretsStayOutOfMessages", OptionBug::kTellsSecret},
};

Plugin BrokenPlugin(OptionBug bug) {
  Plugin plugin;
  plugin.kind = PluginKind::kTransform;
  plugin.name = "Values";
  plugin.options = AccountSpec().Describe();
  plugin.make_transform = [bug](const PluginConfig& config, Diagnostics& diagnostics) {
    return MakeBroken(bug, config, diagnostics);
  };
  return plugin;
}

TEST(PluginLaws, EachFindsThePluginThatBreaksIt) {
  const PluginCase good{"Values", PluginKind::kTransform,
                        R"(user = "me", password = "kit-secret-words", rows = 3)",
                        "kit-secret-words"};
  for (const PluginLaw& law : PluginLaws()) {
    EXPECT_EQ(law.holds(BrokenPlugin(OptionBug::kNone), good).problem, "") << law.name;
    int mutants = 0;
    for (const Mutant& mutant : kMutants) {
      if (law.name != mutant.law) continue;
      ++mutants;
      EXPECT_NE(law.holds(BrokenPlugin(mutant.bug), good).problem, "") << law.name;
    }
    EXPECT_GT(mutants, 0) << "nothing shows that " << law.name << " can fail";
  }
}

}  // namespace
}  // namespace sluice::kit
