// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/json_binary.h"

#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

std::string Bytes(std::initializer_list<int> bytes) {
  std::string out;
  for (const int byte : bytes) out += static_cast<char>(byte);
  return out;
}

std::string Text(const std::string& binary) {
  std::string text;
  const Status status = AppendJson(binary, text);
  return status.ok() ? text : std::string(status.ToString());
}

bool Refused(const std::string& binary) {
  std::string text;
  return AppendJson(binary, text).code() == Code::kCorruption;
}

TEST(JsonBinary, Scalars) {
  EXPECT_EQ(Text(""), "null");
  EXPECT_EQ(Text(Bytes({4, 0})), "null");
  EXPECT_EQ(Text(Bytes({4, 1})), "true");
  EXPECT_EQ(Text(Bytes({5, 0xfe, 0xff})), "-2");
  EXPECT_EQ(Text(Bytes({10, 255, 255, 255, 255, 255, 255, 255, 255})), "18446744073709551615");
  EXPECT_EQ(Text(Bytes({11, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f})), "1.5");
  EXPECT_EQ(Text(Bytes({12, 3, 'a', '"', 1})), "\"a\\\"\\u0001\"");
}

TEST(JsonBinary, Containers) {
  // [1, "x"]: count, size, then type and value or offset of each.
  EXPECT_EQ(Text(Bytes({2, 2, 0, 12, 0, 5, 1, 0, 12, 10, 0, 1, 'x'})), "[1, \"x\"]");
  EXPECT_EQ(Text(Bytes({0, 1, 0, 12, 0, 11, 0, 1, 0, 4, 1, 0, 'k'})), "{\"k\": true}");
  EXPECT_EQ(Text(Bytes({0, 0, 0, 4, 0})), "{}");
}

// As MySQL's to_base64 breaks lines.
TEST(JsonBinary, LongOpaqueValuesHaveLineBreaks) {
  const auto opaque = [](int size) {
    return Text(Bytes({15, 253, size}) + std::string(static_cast<size_t>(size), 'a'));
  };
  std::string line;
  for (int i = 0; i < 19; ++i) line += "YWFh";
  EXPECT_EQ(opaque(1), "\"base64:type253:YQ==\"");
  EXPECT_EQ(opaque(57), "\"base64:type253:" + line + "\"");
  EXPECT_EQ(opaque(58), "\"base64:type253:" + line + "\\nYQ==\"");
  EXPECT_EQ(opaque(117), "\"base64:type253:" + line + "\\n" + line + "\\nYWFh\"");
}

TEST(JsonBinary, ASizeBelowItsOwnHeaderIsRefused) {
  EXPECT_TRUE(Refused(Bytes({0, 0, 0, 0, 0})));
  EXPECT_TRUE(Refused(Bytes({2, 0, 0, 3, 0})));
  EXPECT_TRUE(Refused(Bytes({1, 0, 0, 0, 0, 7, 0, 0, 0})));
}

// Each array names the next one many times: text would grow by a power of the depth.
TEST(JsonBinary, OneValueInManyPlacesDoesNotGrowWithoutBound) {
  constexpr int kEntries = 20;
  constexpr int kLevels = 30;
  constexpr int kHeader = 4 + 3 * kEntries;
  std::string body;
  for (int level = 0; level < kLevels; ++level) {
    const int rest = (kLevels - level) * kHeader;
    body += Bytes({kEntries, 0, rest & 255, rest >> 8});
    for (int i = 0; i < kEntries; ++i) {
      body += level + 1 < kLevels ? Bytes({2, kHeader, 0}) : Bytes({4, 1, 0});
    }
  }
  std::string text;
  EXPECT_EQ(AppendJson("\2" + body, text).code(), Code::kCorruption);
  EXPECT_LT(text.size(), 10 * body.size());
}

TEST(JsonBinary, AContainerThatHoldsItselfIsRefused) {
  EXPECT_TRUE(Refused(Bytes({2, 1, 0, 7, 0, 2, 0, 0})));
}

TEST(JsonBinary, NumbersThatAreNoneAreRefused) {
  EXPECT_TRUE(Refused(Bytes({11, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f})));  // infinity
  EXPECT_TRUE(Refused(Bytes({11, 1, 0, 0, 0, 0, 0, 0xf8, 0x7f})));  // not a number
}

TEST(JsonBinary, EveryCutDocumentIsRefused) {
  const std::string whole = Bytes({0, 1, 0, 14, 0, 11, 0, 1, 0, 12, 12, 0, 'k', 1, 'v'});
  ASSERT_EQ(Text(whole), "{\"k\": \"v\"}");
  for (size_t size = 1; size < whole.size(); ++size) {
    EXPECT_TRUE(Refused(whole.substr(0, size))) << size;
  }
}

TEST(JsonBinary, TheMostNegativeTimeIsNoOverflow) {
  std::string value = Bytes({15, 11, 8, 0, 0, 0, 0, 0, 0, 0, 0x80});
  std::string text;
  EXPECT_TRUE(AppendJson(value, text).ok());
}

}  // namespace
}  // namespace sluice::mysql
