// SPDX-License-Identifier: Apache-2.0
#include "config/value.h"

#include <gtest/gtest.h>

#include "config/diagnostics.h"
#include "config/shade.h"

namespace sluice {
namespace {

std::string Whole(std::string_view text) {
  int64_t out = 0;
  return ParseWhole(text, out) ? std::to_string(out) : "no";
}

TEST(ParseWhole, TakesWholeNumbersHoweverTheyAreWritten) {
  EXPECT_EQ(Whole("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(Whole("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(Whole("1e3"), "1000");
  EXPECT_EQ(Whole("1.0"), "1");
  EXPECT_EQ(Whole("007"), "7");
}

TEST(ParseWhole, RefusesEverythingElse) {
  for (const char* text : {"", "1.5", "1e300", "9223372036854775808", "-1e19", "x", "1 ", "nan"}) {
    EXPECT_EQ(Whole(text), "no") << text;
  }
}

TEST(Value, NumbersAsTextAreTheirValue) {
  const auto shown = [](const char* text) { return Value(Value::Number{text}).ToText(); };
  EXPECT_EQ(shown("1e3"), "1000");
  EXPECT_EQ(shown("1.50"), "1.5");
  EXPECT_EQ(shown("1e-3"), "0.001");
  EXPECT_EQ(shown("-0.0"), "0");
}

TEST(Value, TextIsEscapedInsideOfJsonOnly) {
  const Value text(std::string("a\"\n\xff"));
  EXPECT_EQ(text.ToText(), "a\"\n\xff");
  EXPECT_EQ(Value(Value::List{text}).ToText(), "[\"a\\\"\\n\xef\xbf\xbd\"]");
}

TEST(Diagnostics, ErrorsAndNotesComeInTheOrderOfTheFileAndNotesOnce) {
  Diagnostics diagnostics;
  diagnostics.Error({"f", 2, 1}, "second");
  diagnostics.Error({"f", 1, 9}, "first");
  diagnostics.Error({"f", 2, 1}, "third");
  diagnostics.Note({"f", 5, 1}, "b");
  diagnostics.Note({"f", 4, 1}, "a");
  diagnostics.Note({"f", 6, 1}, "b");
  EXPECT_EQ(diagnostics.ToStatus().message(), "f:1:9: first\nf:2:1: second\nf:2:1: third");
  EXPECT_EQ(diagnostics.ToStatus().code(), Code::kInvalidConfig);
  ASSERT_EQ(diagnostics.notes().size(), 2U);
  EXPECT_EQ(diagnostics.notes()[0].ToString(), "f:4:1: a");
  EXPECT_EQ(Remark({{}, "no place"}).ToString(), "no place");
  EXPECT_EQ(Remark({{"f", 0, 0}, "a file"}).ToString(), "f: a file");
}

TEST(Base64, OfTheStandardAlphabet) {
  EXPECT_EQ(FromBase64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(FromBase64("Zm9vYmE="), "fooba");
  EXPECT_EQ(FromBase64("Zm9vYg=="), "foob");
  EXPECT_EQ(FromBase64("Zm9vYg"), "foob");
  EXPECT_EQ(FromBase64("/+8="), "\xff\xef");
  EXPECT_EQ(FromBase64(""), "");
  for (const char* text : {"Z", "Zm9v*", "Zm=9", "Zm9vYg=", "Zm 9v", "===="}) {
    EXPECT_FALSE(FromBase64(text)) << text;
  }
}

}  // namespace
}  // namespace sluice
