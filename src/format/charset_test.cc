// SPDX-License-Identifier: Apache-2.0
#include "format/charset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using testing::HasSubstr;

constexpr auto kRead = Charset::Direction::kToUtf8;

// In pieces of every length; all must give the same.
std::string Read(const std::string& charset, std::string_view bytes) {
  std::string first;
  for (size_t step = bytes.size() + 1; step > 0; --step) {
    auto reader = Charset::Open(charset, kRead, "f");
    EXPECT_TRUE(reader) << charset;
    std::string out;
    Status status;
    for (size_t at = 0; at <= bytes.size() && status.ok(); at += step) {
      status = (*reader)->Convert(bytes.substr(at, step), at + step > bytes.size(), out);
    }
    if (!status.ok()) out = status.message();
    if (step > bytes.size()) first = out;
    EXPECT_EQ(out, first) << charset << " in pieces of " << step;
  }
  return first;
}

TEST(CharsetOfFiles, CharactersComeWholeWhereverTheyAreCut) {
  EXPECT_EQ(Read("UTF-8", "a größe 名😀"), "a größe 名😀");
  EXPECT_EQ(Read("ISO-8859-1",
                 "gr\xf6\xdf"
                 "e"),
            "größe");
  EXPECT_EQ(Read("GBK",
                 "\xc3\xfb"
                 "x"),
            "名x");
  EXPECT_EQ(Read("UTF-16", std::string_view("\0a\x54\x0d", 4)), "a名");
  EXPECT_EQ(Read("UTF-16", std::string_view("\xff\xfe"
                                            "a\0",
                                            4)),
            "a");
  EXPECT_EQ(Read("UTF-16LE", std::string_view("a\0\x0d\x54", 4)), "a名");
}

TEST(CharsetOfFiles, AByteOrderMarkOfUtf8IsNoText) {
  EXPECT_EQ(Read("utf8",
                 "\xef\xbb\xbf"
                 "a"),
            "a");
  EXPECT_EQ(Read("UTF-8", ""), "");
}

TEST(CharsetOfFiles, InTheMiddleAMarkIsACharacter) {
  auto reader = Charset::Open("UTF-8", kRead, "f", false);
  ASSERT_TRUE(reader);
  std::string out;
  EXPECT_TRUE((*reader)->Convert("\xef\xbb\xbf名", true, out).ok());
  EXPECT_EQ(out, "\xef\xbb\xbf名");
}

TEST(CharsetOfFiles, BrokenTextIsRefusedWithItsPlace) {
  for (const char* bad : {"ab\xff"
                          "c",
                          "ab\xc0\x80", "ab\xed\xa0\x80", "ab\xf5\x80\x80\x80", "ab\xe5\x90"}) {
    const std::string told = Read("UTF-8", bad);
    EXPECT_THAT(told, HasSubstr("f")) << bad;
    EXPECT_THAT(told, HasSubstr("2")) << told;
  }
}

TEST(CharsetOfFiles, WhatACharsetHasNotIsNamed) {
  auto writer = Charset::Open("ISO-8859-1", Charset::Direction::kFromUtf8, "table t");
  ASSERT_TRUE(writer);
  std::string out;
  EXPECT_TRUE((*writer)->Convert("größe", false, out).ok());
  EXPECT_EQ(out,
            "gr\xf6\xdf"
            "e");
  const Status status = (*writer)->Convert("名", true, out);
  EXPECT_EQ(status.code(), Code::kSchemaMismatch);
  EXPECT_THAT(std::string(status.message()), HasSubstr("set the option encoding"));
}

TEST(CharsetOfFiles, UnknownOnesAreRefused) {
  EXPECT_EQ(Charset::Open("KLINGON", kRead, "f").error().code(), Code::kInvalidConfig);
}

}  // namespace
}  // namespace sluice
