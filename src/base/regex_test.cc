// SPDX-License-Identifier: Apache-2.0
#include "base/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Regex Good(const std::string& pattern) {
  auto regex = Regex::Compile(pattern);
  EXPECT_TRUE(regex) << regex.error().ToString();
  return std::move(*regex);
}

bool All(const std::string& pattern, std::string_view text) {
  return *Good(pattern).MatchesAll(text);
}

// "begin-end" of every match, as Java's Matcher.find tells them.
std::vector<std::string> Places(const std::string& pattern, std::string_view text) {
  const Regex regex = Good(pattern);
  std::vector<std::string> out;
  for (size_t from = 0;;) {
    const auto match = *regex.Find(text, from);
    if (match == nullptr) return out;
    const RegexGroup& whole = match->front();
    out.push_back(std::to_string(whole.begin) + "-" + std::to_string(whole.end));
    from = Regex::After(text, whole);
  }
}

std::string Replaced(const std::string& pattern, const std::string& to, std::string_view text) {
  const Regex regex = Good(pattern);
  const auto replacement = RegexReplacement::Parse(to, regex);
  if (!replacement) return std::string(replacement.error().message());
  std::string out;
  const auto match = *regex.Find(text, 0);
  if (match != nullptr) replacement->AppendTo(text, *match, out);
  return out;
}

TEST(Regex, MatchesTheWholeText) {
  EXPECT_TRUE(All("shop\\.or.*", "shop.orders"));
  EXPECT_FALSE(All("shop\\.or", "shop.orders"));
  EXPECT_TRUE(All("a|ab", "ab"));
  EXPECT_FALSE(All("a$", "a\n"));
  EXPECT_TRUE(All("", ""));
  EXPECT_FALSE(All(".*", "a\nb"));
}

TEST(Regex, FindsWhatJavaFinds) {
  EXPECT_THAT(Places("x*", "axb"), ElementsAre("0-0", "1-2", "2-2", "3-3"));
  EXPECT_THAT(Places("", "ü"), ElementsAre("0-0", "2-2"));
  EXPECT_THAT(Places("(?<=a)b(?=c)", "abcab"), ElementsAre("1-2"));
  EXPECT_THAT(Places("(a)\\1", "aaxaa"), ElementsAre("0-2", "3-5"));
  EXPECT_THAT(Places("[\\u4e00-\\u9fa5]+", "a中文b"), ElementsAre("1-7"));
  EXPECT_THAT(Places("a$", "ba\r\n"), ElementsAre("1-2"));
  EXPECT_THAT(Places("a++a", "aaa"), ElementsAre());
  EXPECT_THAT(Places("\\s", "a\vb"), ElementsAre("1-2"));
}

TEST(Regex, BytesThatAreNoTextMatchNothingAndHarmNothing) {
  EXPECT_THAT(Places("b",
                     "\xff"
                     "b\xfe"),
              ElementsAre("1-2"));
  EXPECT_THAT(Places(".", "\xff"), ElementsAre());
}

TEST(Regex, GroupsThatTookNoPart) {
  const Regex regex = Good("(a)|(b)");
  const auto match = *regex.Find("b", 0);
  ASSERT_NE(match, nullptr);
  EXPECT_FALSE((*match)[1].there);
  EXPECT_TRUE((*match)[2].there);
}

TEST(Regex, MistakesQuoteThePatternAndSayWhere) {
  const auto error = [](const std::string& pattern) {
    const auto regex = Regex::Compile(pattern);
    EXPECT_FALSE(regex) << pattern;
    EXPECT_EQ(regex.error().code(), Code::kInvalidConfig);
    return std::string(regex.error().message());
  };
  EXPECT_THAT(error("a(b"), HasSubstr("'a(b' is not a regular expression: missing closing"));
  EXPECT_THAT(error("a(b"), HasSubstr("at its end"));
  EXPECT_THAT(error("*a"), HasSubstr("quantifier does not follow"));
  EXPECT_THAT(error("[a&&b]"), HasSubstr("intersection"));
}

TEST(Regex, GivesUpWhatWouldTakeForEver) {
  const std::string text = std::string(5000, 'a') + "c";
  const auto found = Good("(?:a|aa)+$").Find(text, 0);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Code::kInvalidConfig);
  EXPECT_THAT(std::string(found.error().message()), HasSubstr("takes too long on a text of 5001"));
  EXPECT_FALSE(Good("(?:a|aa)+").MatchesAll(text).value_or(false));
}

TEST(Regex, LongTextsExhaustNoStack) {
  const std::string text(200'000, 'a');
  const Regex regex = Good("(?:a|b)*");
  const auto found = regex.Find(text, 0);
  ASSERT_TRUE(found) << found.error().ToString();
  EXPECT_EQ((*found)->front().end, text.size());
}

TEST(RegexReplacement, PutsGroupsIn) {
  EXPECT_EQ(Replaced("(\\d+)-(\\d+)", "$2/$1", "10-20"), "20/10");
  EXPECT_EQ(Replaced("(?<y>\\d+)", "<${y}>", "7"), "<7>");
  EXPECT_EQ(Replaced("(a)|(b)", "[$1]", "b"), "[]");
  EXPECT_EQ(Replaced("(a)", "$0$11\\$\\\\", "a"), "aa1$\\");
}

TEST(RegexReplacement, MistakesAreToldBeforeAnyRow) {
  EXPECT_EQ(Replaced("a", "$1", "a"), "the replacement '$1': there is no group 1");
  EXPECT_EQ(Replaced("a", "${x}", "a"), "the replacement '${x}': there is no group named 'x'");
  EXPECT_THAT(Replaced("a", "5$", "a"), HasSubstr("$ must be followed by"));
  EXPECT_THAT(Replaced("a", "${x", "a"), HasSubstr("${ has no }"));
  EXPECT_THAT(Replaced("a", "x\\", "a"), HasSubstr("ends in a single \\"));
}

}  // namespace
}  // namespace sluice
