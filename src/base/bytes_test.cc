// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <gtest/gtest.h>

#include <limits>

namespace sluice {
namespace {

constexpr uint64_t kUnsigned[] = {0, 1, 127, 128, 16383, 16384, 1ULL << 32U, ~0ULL};
constexpr int64_t kSigned[] = {0,
                               -1,
                               1,
                               -64,
                               64,
                               -65,
                               std::numeric_limits<int64_t>::min(),
                               std::numeric_limits<int64_t>::max()};

Bytes Sample() {
  ByteWriter out;
  for (const uint64_t value : kUnsigned) out.U64(value);
  for (const int64_t value : kSigned) out.I64(value);
  out.Bool(true).Bool(false).Str("").Str(std::string("a\0b", 3)).Str(std::string(300, 'x'));
  return std::move(out).Take();
}

// Reads what Sample wrote; a value counts only while the reader is still fine.
void ReadSample(ByteReader& in) {
  const auto expect = [&in](const auto& read, const auto& wrote) {
    EXPECT_TRUE(!in.ok() || read == wrote);
  };
  for (const uint64_t value : kUnsigned) expect(in.U64(), value);
  for (const int64_t value : kSigned) expect(in.I64(), value);
  expect(in.Bool(), true);
  expect(in.Bool(), false);
  for (const std::string& value : {std::string(), std::string("a\0b", 3), std::string(300, 'x')}) {
    expect(in.Str(), value);
  }
}

TEST(BytesTest, EverythingComesBack) {
  const Bytes bytes = Sample();
  ByteReader in(bytes);
  ReadSample(in);
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.Finish("sample").ok());
}

TEST(BytesTest, EveryTornPrefixIsFound) {
  const Bytes bytes = Sample();
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(std::string_view(bytes).substr(0, size));
    ReadSample(in);
    const Status status = in.Finish("the sample");
    EXPECT_EQ(status.code(), Code::kCorruption) << size;
    EXPECT_NE(status.message().find("the sample"), std::string_view::npos);
  }
}

TEST(BytesTest, TrailingBytesAreFound) {
  const Bytes bytes = Sample() + "x";
  ByteReader in(bytes);
  ReadSample(in);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.Finish("sample").code(), Code::kCorruption);
}

TEST(BytesTest, AnEndlessVarintEnds) {
  const Bytes bytes(32, '\xff');
  ByteReader in(bytes);
  EXPECT_EQ(in.U64(), 0U);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.Str(), "");
}

TEST(BytesTest, ACountMayNotExceedWhatIsLeft) {
  const Bytes fits = std::move(ByteWriter().U64(2).U64(7).U64(8)).Take();
  ByteReader in(fits);
  EXPECT_EQ(in.Count(), 2U);
  EXPECT_TRUE(in.ok());
  const Bytes huge = std::move(ByteWriter().U64(1ULL << 40U).U64(7)).Take();
  ByteReader foreign(huge);
  EXPECT_EQ(foreign.Count(), 0U);
  EXPECT_FALSE(foreign.ok());
}

}  // namespace
}  // namespace sluice
