// SPDX-License-Identifier: Apache-2.0
// Every transform against every law, and every broken reference transform against the law that must
// find it.
#include <gtest/gtest.h>

#include "kit/values/values_transform.h"

namespace sluice::kit {
namespace {

class Transforms : public testing::TestWithParam<std::tuple<TransformCase, TransformLaw>> {};

TEST_P(Transforms, Keep) {
  const auto& [transform, law] = GetParam();
  const auto why_not = transform.why_not.find(law.name);
  if (why_not != transform.why_not.end()) GTEST_SKIP() << why_not->second;
  const Verdict verdict = law.holds(transform);
  if (!verdict.skipped.empty()) GTEST_SKIP() << verdict.skipped;
  EXPECT_EQ(verdict.problem, "");
}

std::string NameOf(const testing::TestParamInfo<Transforms::ParamType>& param) {
  return std::get<0>(param.param).name + "_" + std::get<1>(param.param).name;
}

INSTANTIATE_TEST_SUITE_P(Kit, Transforms,
                         testing::Combine(testing::ValuesIn(TransformCases()),
                                          testing::ValuesIn(TransformLaws())),
                         NameOf);

struct Mutant {
  const char* law;
  TransformBug bug;
};

const Mutant kMutants[] = {
    {"GivesWhatItShould", TransformBug::kLosesRows},
    {"SameInSameOut", TransformBug::kRemembers},
    {"RowsHaveTheBoundSchema", TransformBug::kOtherSchema},
    {"UpdatesStayWhole", TransformBug::kHalvesUpdate},
    {"ControlEventsPassInOrder", TransformBug::kHoldsRows},
};

TEST(TransformLaws, EachFindsTheTransformThatBreaksIt) {
  for (const TransformLaw& law : TransformLaws()) {
    int mutants = 0;
    for (const Mutant& mutant : kMutants) {
      if (law.name != mutant.law) continue;
      ++mutants;
      EXPECT_NE(law.holds(MakeValuesTransform(mutant.bug)).problem, "") << law.name;
    }
    EXPECT_GT(mutants, 0) << "nothing shows that " << law.name << " can fail";
  }
}

}  // namespace
}  // namespace sluice::kit
