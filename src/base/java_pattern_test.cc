// SPDX-License-Identifier: Apache-2.0
#include "base/java_pattern.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

std::string Said(std::string_view java) {
  const auto out = FromJavaPattern(java);
  return out ? *out : "refused: " + std::string(out.error().message());
}

TEST(JavaPattern, WhatBothSayAlikeStays) {
  for (const char* same :
       {"", "a.b*?c++", "[^]x]", "[]x]", "(?<n>a)\\k<n>(?=x)(?<!y)(?>z)",
        "\\d\\s\\W\\b\\R\\x{1F600}\\x41\\.\\-\\[", "(?im-s:a)", "^a$|\\z", "[\\]\\[a-c]"}) {
    EXPECT_EQ(Said(same), same);
  }
}

TEST(JavaPattern, NumbersOfCharacters) {
  EXPECT_EQ(Said("[\\u4e00-\\u9fa5]"), "[\\x{4e00}-\\x{9fa5}]");
  EXPECT_EQ(Said("\\uD83D\\uDE00"), "\\x{1f600}");
  EXPECT_EQ(Said("\\0101"), "\\x{41}");
  EXPECT_EQ(Said("\\04777"), "\\x{27}77");
}

TEST(JavaPattern, NamesOfClasses) {
  EXPECT_EQ(Said("\\p{Alpha}\\P{Digit}"), "[[:alpha:]][[:^digit:]]");
  EXPECT_EQ(Said("[\\p{Upper}_]"), "[[:upper:]_]");
  EXPECT_EQ(Said("\\p{IsHan}\\p{Lu}\\pL\\P{IsAlphabetic}"), "\\p{Han}\\p{Lu}\\pL\\P{Alphabetic}");
}

TEST(JavaPattern, WhatIsQuotedStandsForItself) {
  EXPECT_EQ(Said("\\Qa.b[\\E+"), "a\\.b\\[+");
  EXPECT_EQ(Said("\\Q&&"), "\\&\\&");
}

TEST(JavaPattern, LettersOfEveryScriptHaveTheirCase) {
  EXPECT_EQ(Said("(?iu)a(?u:b)"), "(?i)a(?:b)");
}

TEST(JavaPattern, WhatOnlyJavaHasIsRefusedByName) {
  EXPECT_EQ(Said("[a-z&&[^b]]"), "refused: the intersection && of classes is not supported");
  EXPECT_EQ(Said("[a[bc]]"), "refused: a class inside of a class, as in [a[bc]], is not supported");
  EXPECT_EQ(Said("(?U)\\w"), "refused: the flag U is not supported");
  EXPECT_EQ(Said("\\N{DASH}"), "refused: the escape \\N is not known");
  EXPECT_EQ(Said("\\uD83D"), "refused: \\uD83D is half a character");
  EXPECT_EQ(Said("\\u12"), "refused: \\u must be followed by four hexadecimal digits");
  EXPECT_EQ(Said("\\08"), "refused: \\0 must be followed by octal digits");
  EXPECT_EQ(Said("a\\"), "refused: it ends in a single \\");
  EXPECT_NE(Said("\\p{InGreek}").find("name a script like \\p{IsHan}"), std::string::npos);
}

}  // namespace
}  // namespace sluice
