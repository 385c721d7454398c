// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/charset.h"

#include <gtest/gtest.h>

#include "mysql/binlog/charset_tables.h"

namespace sluice::mysql {
namespace {

std::string Utf8(std::string_view charset, std::string_view bytes) {
  const Charset* found = Charset::Find(charset);
  if (found == nullptr || !found->Prepare().ok()) return "no such set";
  std::string out = "<";
  found->AppendUtf8(bytes, out);
  return out + ">";
}

TEST(Charset, KnownCharactersOfEverySet) {
  EXPECT_EQ(Utf8("latin1", "\x80\xe9\xff"), "<€éÿ>");
  EXPECT_EQ(Utf8("latin2", "\xb1"), "<ą>");
  EXPECT_EQ(Utf8("cp1251", "\xcf"), "<П>");
  EXPECT_EQ(Utf8("koi8r", "\xf0"), "<П>");
  EXPECT_EQ(Utf8("greek", "\xe1"), "<α>");
  EXPECT_EQ(Utf8("gbk", "\xba\xba\xd7\xd6"), "<汉字>");
  EXPECT_EQ(Utf8("gb2312", "\xba\xba"), "<汉>");
  EXPECT_EQ(Utf8("gb18030", "\x94\x39\xfc\x36"), "<😀>");
  EXPECT_EQ(Utf8("big5", "\xba\x7e"), "<漢>");
  EXPECT_EQ(Utf8("sjis", "\x93\xfa\x95\x5c\xb1"), "<日表ｱ>");
  EXPECT_EQ(Utf8("ujis", "\xc6\xfc"), "<日>");
  EXPECT_EQ(Utf8("euckr", "\xb0\xa1"), "<가>");
  EXPECT_EQ(Utf8("utf16", std::string_view("\xd8\x3d\xde\x00\x00\x61", 6)), "<😀a>");
  EXPECT_EQ(Utf8("utf16le", std::string_view("\x3d\xd8\x00\xde", 4)), "<😀>");
  EXPECT_EQ(Utf8("utf32", std::string_view("\0\x01\xf6\0", 4)), "<😀>");
  EXPECT_EQ(Utf8("ucs2", std::string_view("\x00\xe9", 2)), "<é>");
  EXPECT_EQ(Utf8("UTF8", "é"), "<é>");
  EXPECT_EQ(Utf8("binary", "\xff"), "<\xff>");
  EXPECT_EQ(Utf8("klingon", ""), "no such set");
}

TEST(Charset, AsciiIsItselfInEverySetThatHoldsIt) {
  std::string ascii;
  for (char c = ' '; c < '\x7f'; ++c) {
    if (c != '\\' && c != '~') ascii += c;  // which sjis and swe7 use for others
  }
  for (uint32_t i = 0; i < kMultiByteTableCount; ++i) {
    EXPECT_EQ(Utf8(kMultiByteTables[i].name, ascii), "<" + ascii + ">") << kMultiByteTables[i].name;
  }
  for (uint32_t i = 0; i < kSingleByteTableCount; ++i) {
    if (kSingleByteTables[i].low != nullptr) continue;
    EXPECT_EQ(Utf8(kSingleByteTables[i].name, ascii), "<" + ascii + ">")
        << kSingleByteTables[i].name;
  }
}

TEST(Charset, CutAndWrongCharactersBecomeQuestionMarksAndNothingIsEaten) {
  EXPECT_EQ(Utf8("gbk", "a\xba"), "<a?>");
  EXPECT_EQ(Utf8("utf16", "\xd8\x3d"), "<?>");
  EXPECT_EQ(Utf8("utf16", std::string_view("\x00\x61\x00", 3)), "<a?>");
  EXPECT_EQ(Utf8("utf32", std::string_view("\x00\x11\x00\x00", 4)), "<?>");
}

// Every collation that a log may name has a set.
TEST(Charset, EveryRangeOfCollationsNamesASet) {
  for (uint32_t i = 0; i < kCollationRangeCount; ++i) {
    const CollationRange& range = kCollationRanges[i];
    ASSERT_NE(Charset::Find(range.charset), nullptr) << range.charset;
    EXPECT_EQ(Charset::OfCollation(range.first), Charset::Find(range.charset));
    EXPECT_EQ(Charset::OfCollation(range.last), Charset::Find(range.charset));
  }
  EXPECT_EQ(Charset::OfCollation(63)->name(), "binary");
  EXPECT_EQ(Charset::OfCollation(255)->name(), "utf8mb4");
  EXPECT_EQ(Charset::OfCollation(28)->name(), "gbk");
  EXPECT_EQ(Charset::OfCollation(65'000), nullptr);
}

}  // namespace
}  // namespace sluice::mysql
